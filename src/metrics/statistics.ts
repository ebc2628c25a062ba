import type { SeededRandom } from '../core/seeded-random.js';

/** A range that holds the true value in 95 % of samples. */
export type Interval = readonly [low: number, high: number];

const resamples = 2000;
const permutations = 5000;

/**
 * A difference is reported as a change below this two-sided probability. A gate tests two stages at once (what is stored, what is
 * computed anew): at half of the usual 5 % each, a run in which nothing changed reports a change in at most one of twenty.
 */
const significanceLevel = 0.025;

/** Undefined for no values. */
export function meanOf(values: ArrayLike<number>): number | undefined {
  return values.length === 0 ? undefined : sumOf(values) / values.length;
}

/** Undefined for no values. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : meanOf(sorted.slice(middle - 1, middle + 1));
}

/**
 * Bootstrap 95 % intervals of the means of several measures of the same images: images are drawn with replacement, all their measures
 * together, so that differences of measures stay paired. `rows` has one row of `columns` measures per image, one after the other; one
 * interval per measure comes back, none without images.
 */
export function bootstrapIntervals(rows: Float64Array, columns: number, random: SeededRandom): Interval[] {
  const count = rows.length / columns;
  if (count === 0) return [];
  const means = Array.from({ length: columns }, () => new Float64Array(resamples));
  const sums = new Float64Array(columns);
  for (let resample = 0; resample < resamples; resample++) {
    sums.fill(0);
    for (let drawn = 0; drawn < count; drawn++) {
      const at = ((random() * count) >>> 0) * columns;
      for (let column = 0; column < columns; column++) {
        sums[column] = (sums[column] as number) + (rows[at + column] as number);
      }
    }
    means.forEach((mean, column) => (mean[resample] = (sums[column] as number) / count));
  }
  return means.map((mean) => {
    mean.sort();
    return [mean[Math.round(0.025 * (resamples - 1))] as number, mean[Math.round(0.975 * (resamples - 1))] as number];
  });
}

/** The outcome of a {@link signFlipTest}. */
export interface PairedTest {
  /** Two-sided probability of a mean as far from 0 if the signs were chance. */
  readonly pValue: number;
  /** Below {@link significanceLevel}. */
  readonly significant: boolean;
  /** With so few images no difference can be significant. */
  readonly tooFew: boolean;
}

/**
 * Paired permutation test of differences, one per image: whether their mean could be 0, each sign being as likely as the other. Where
 * there are few images, all signs are tried; else a seeded sample of them.
 */
export function signFlipTest(differences: ArrayLike<number>, random: SeededRandom): PairedTest {
  // Images without a difference say nothing about its sign.
  const changed = Float64Array.from(differences).filter((difference) => difference !== 0);
  const observed = Math.abs(sumOf(changed));
  const combinations = 2 ** changed.length;
  const isExact = combinations <= permutations;
  const rounds = isExact ? combinations : permutations;
  const slack = 1e-12 * sumOf(changed.map(Math.abs));
  const signedSums = signedSumsOf(changed);
  let asFar = 0;
  for (let round = 0; round < rounds; round++) {
    const nextSigns = isExact ? () => round : () => random() * 2 ** 32;
    if (Math.abs(sumWithSigns(signedSums, nextSigns)) >= observed - slack) asFar++;
  }
  const pValue = isExact ? asFar / rounds : (asFar + 1) / (rounds + 1);
  return {
    pValue,
    significant: pValue < significanceLevel,
    tooFew: 2 ** (1 - differences.length) >= significanceLevel,
  };
}

/** Values are turned in groups of eight: the sum of a group with given signs is looked up. */
const groupSize = 8;
const groupSums = 2 ** groupSize;

/** For each group of values its sums with all choices of signs; a set bit turns a value. */
function signedSumsOf(values: Float64Array): Float64Array {
  const groups = Math.ceil(values.length / groupSize);
  const sums = new Float64Array(groups * groupSums);
  for (let group = 0; group < groups; group++) {
    for (let signs = 0; signs < groupSums; signs++) {
      let sum = 0;
      for (let bit = 0; bit < groupSize; bit++) {
        const value = values[group * groupSize + bit] ?? 0;
        sum += ((signs >> bit) & 1) === 1 ? -value : value;
      }
      sums[group * groupSums + signs] = sum;
    }
  }
  return sums;
}

/** The sum of all values with signs; `nextSigns` gives 32 bits at a time. */
function sumWithSigns(signedSums: Float64Array, nextSigns: () => number): number {
  let sum = 0;
  let signs = 0;
  for (let at = 0, group = 0; at < signedSums.length; at += groupSums, group++) {
    signs = group % 4 === 0 ? nextSigns() >>> 0 : signs >>> groupSize;
    sum += signedSums[at + (signs & (groupSums - 1))] as number;
  }
  return sum;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return sum;
}
