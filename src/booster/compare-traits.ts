import { patternOf, type PlacedTraits, traitsOf } from './traits.js';

/** How two masks differ in what they look like. */
export interface LookEvidence {
  /** Logarithm of the difference in grey where they come nearest to each other, in the spread of grey inside of them. */
  readonly contrast: number;
  /** Distance of their patterns' spectra where they come nearest to each other, as far as there are pixels enough to know it. */
  readonly pattern: number;
}

/** Grey falls or rises slowly across a wedge: compared are so many pairs of places that lie nearest to each other, and no more. */
const mostPairs = 10;
/** Grey levels below this are alike (of a range of 1); it keeps the ratio finite, too. */
const leastSpread = 0.01;
const leastContrast = 0.1;
/** Spectra that are further apart than this are no more different. */
const mostPattern = 1.2;
/** Where squares are full of a mask up to this share, its spectrum is known. */
const fullShare = 0.8;

/** Compares two masks by the places where they come nearest to each other; null where nothing is known of one. */
export function compareTraits(a: readonly PlacedTraits[], b: readonly PlacedTraits[]): LookEvidence | null {
  const pairs = nearestPairs(a, b);
  if (pairs.length === 0) return null;
  const [first, second] = [meanValues(pairs.map(([of]) => of)), meanValues(pairs.map(([, of]) => of))];
  const [all, others] = [traitsOf(meanValues(a)), traitsOf(meanValues(b))];
  const spread = Math.sqrt((all.spread ** 2 + others.spread ** 2) / 2);
  const difference = Math.abs(traitsOf(first).grey - traitsOf(second).grey);
  const known = Math.min(1, Math.min(all.share, others.share) / fullShare) ** 2;
  return {
    contrast: Math.log(difference / (spread + leastSpread) + leastContrast),
    pattern: known * Math.min(mostPattern, patternDistance(first, second)),
  };
}

type Pair = readonly [PlacedTraits, PlacedTraits];

/** The pairs of places that lie nearest to each other, the nearest first; of equals those that come first. */
function nearestPairs(a: readonly PlacedTraits[], b: readonly PlacedTraits[]): Pair[] {
  const nearest: { readonly pair: Pair; readonly distance: number }[] = [];
  for (const of of a) {
    for (const other of b) {
      const distance = (of.x - other.x) ** 2 + (of.y - other.y) ** 2;
      if (nearest.length === mostPairs && distance >= (nearest[mostPairs - 1]?.distance ?? 0)) continue;
      const after = nearest.findIndex((known) => known.distance > distance);
      nearest.splice(after < 0 ? nearest.length : after, 0, { pair: [of, other], distance });
      nearest.length = Math.min(nearest.length, mostPairs);
    }
  }
  return nearest.map(({ pair }) => pair);
}

function meanValues(places: readonly PlacedTraits[]): number[] {
  const [first] = places;
  const sums = new Array<number>(first?.values.length ?? 0).fill(0);
  for (const { values } of places) {
    for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) + (values[at] as number);
  }
  return sums.map((sum) => sum / places.length);
}

/** Root mean square of the difference of two spectra, whatever their whole power. */
function patternDistance(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [patternOf(a), patternOf(b)];
  const offset = first.reduce((sum, value, ring) => sum + value - (second[ring] ?? 0), 0) / first.length;
  const squares = first.reduce((sum, value, ring) => sum + (value - (second[ring] ?? 0) - offset) ** 2, 0);
  return Math.sqrt(squares / first.length);
}
