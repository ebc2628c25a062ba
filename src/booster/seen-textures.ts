import type { MaskDescription } from './describe-masks.js';
import { patternOf, traitsOf } from './traits.js';

/** The patterns of the masks that models were trained and calibrated on: where the middle lies, and how they scatter around it. */
export interface SeenTextures {
  /** Mean of each ring, the mean of all rings left aside. */
  readonly mean: readonly number[];
  /** The inverse of their covariance, row by row. */
  readonly precision: readonly (readonly number[])[];
  /** Hardly a mask is further from the middle than this. */
  readonly limit: number;
}

/** Masks below this share of all say little of a picture. */
const leastArea = 0.05;
/** Squares must be full enough of a mask for its pattern to be its own. */
const leastShare = 0.6;

/** Logarithm of the power of the strongest ring below which there is no texture: drawn, and not recorded. */
const leastPower = -12;

/** The mean pattern of a mask, whatever its whole power; null where too little of it is seen. */
export function shapeOf({ traits }: Pick<MaskDescription, 'traits'>): number[] | null {
  if (traits === null || traits.length === 0) return null;
  const share = traits.reduce((sum, { values }) => sum + traitsOf(values).share, 0) / traits.length;
  if (share < leastShare) return null;
  const patterns = traits.map(({ values }) => patternOf(values));
  const rings = (patterns[0] ?? []).map(
    (_, ring) => patterns.reduce((sum, each) => sum + (each[ring] ?? 0), 0) / patterns.length,
  );
  if (Math.max(...rings) < leastPower) return null;
  const middle = rings.reduce((sum, value) => sum + value, 0) / rings.length;
  return rings.map((value) => value - middle);
}

/** How far a pattern lies from those that were seen: Mahalanobis' distance by the root of the number of rings. */
export function distanceFromSeen(shape: readonly number[], { mean, precision }: Omit<SeenTextures, 'limit'>): number {
  const apart = shape.map((value, ring) => value - (mean[ring] ?? 0));
  const squared = apart.reduce((sum, value, row) => {
    const line = precision[row] ?? [];
    return sum + value * apart.reduce((inner, other, column) => inner + other * (line[column] ?? 0), 0);
  }, 0);
  return Math.sqrt(Math.max(0, squared) / shape.length);
}

/** Masks whose pattern is unlike all that was seen: what the models say of them is a guess. */
export function warnOfUnseen(
  masks: readonly Pick<MaskDescription, 'traits' | 'areaPx'>[],
  seen: SeenTextures | undefined,
): string[] {
  if (seen === undefined) return [];
  const least = leastArea * masks.reduce((sum, { areaPx }) => sum + areaPx, 0);
  const unseen = masks.filter((mask) => {
    const shape = mask.areaPx < least ? null : shapeOf(mask);
    return shape !== null && distanceFromSeen(shape, seen) > seen.limit;
  }).length;
  if (unseen === 0) return [];
  const [noun, whose] = unseen === 1 ? ['mask', 'its'] : ['masks', 'their'];
  return [
    `${unseen} ${noun} of a texture unlike any that the models were trained on: ` +
      `what is said of ${whose} material is less certain`,
  ];
}
