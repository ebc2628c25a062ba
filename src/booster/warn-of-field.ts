import type { MaskDescription } from './describe-masks.js';
import { noiseOf, patternHeightOf, traitsOf } from './traits.js';

/*
 * What a user should know where a result says little of the whole picture. Each is one sentence that says what happened.
 */

/** So few masks may well show one material. */
const manyMasks = 4;
/** One material fills a picture from this share on. */
const fullShare = 0.9;

interface Filled {
  /** SAM's masks before mask removal, and those that mask merging started from. */
  readonly found: number;
  readonly kept: number;
  readonly materials: readonly { readonly areaPx: number }[];
  /** Pixels that could show a material. */
  readonly fieldPx: number;
}

/** One material all over, though many masks said otherwise. */
export function warnOfFilled({ found, kept, materials, fieldPx }: Filled): string[] {
  const [only, other] = materials;
  if (only === undefined || other !== undefined || found < manyMasks || only.areaPx < fullShare * fieldPx) return [];
  const left = found > kept ? `${found - kept} of them left out` : 'all of them kept';
  return [
    `one material fills the picture, though ${found} masks were found (${left}, the rest joined): ` +
      `if you see more, give the number of materials, or have regions painted`,
  ];
}

/** Share of the range of grey from which on noise hides what is faint. */
const strongNoise = 0.1;
/** Where a ring of the spectrum stands out this far (a logarithm of power), there is a pattern to tell materials by. */
const clearPattern = 4;
/** Scraps say nothing of the dose. */
const leastArea = 0.02;

/** Noise is stronger than all differences between masks, and no pattern stands out of it. */
export function warnOfDose(masks: readonly Pick<MaskDescription, 'traits' | 'areaPx'>[]): string[] {
  const least = leastArea * masks.reduce((sum, { areaPx }) => sum + areaPx, 0);
  const seen = masks.filter(({ areaPx }) => areaPx >= least).flatMap(({ traits }) => (traits?.length ? [traits] : []));
  const values = seen.flat().map((place) => place.values);
  if (values.length === 0) return [];
  const noise = mean(values.map(noiseOf));
  const greys = seen.map((places) => mean(places.map((place) => traitsOf(place.values).grey)));
  const differ = Math.max(...greys) - Math.min(...greys);
  const height = Math.max(...seen.map((places) => mean(places.map((place) => patternHeightOf(place.values)))));
  if (noise < strongNoise || differ > noise || height > clearPattern) return [];
  return [
    `the dose may be too low to tell materials: noise is ${Math.round(100 * noise)} % of the range of grey, ` +
      `more than masks differ by; record longer, or give the mean of several frames`,
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
