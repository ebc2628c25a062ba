import type { SeededRandom } from '../core/seeded-random.js';

/** A range that holds the true value in 95 % of samples. */
export type Interval = readonly [low: number, high: number];

const resamples = 2000;
const permutations = 5000;

/**
 * A difference is reported as a change below this two-sided probability. It is stricter than 5 %, so that among many comparisons
 * without a change clearly fewer than one in twenty is reported.
 */
const significanceLevel = 0.02;

/** Undefined for no values. */
export function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Undefined for no values. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : meanOf(sorted.slice(middle - 1, middle + 1));
}

/**
 * Bootstrap 95 % intervals of the means of several measures of the same images: images are drawn with replacement, all their measures
 * together, so that differences of measures stay paired. `rows` has one row of measures per image; one interval per measure comes
 * back, none without images.
 */
export function bootstrapIntervals(rows: readonly (readonly number[])[], random: SeededRandom): Interval[] {
  const columns = rows[0]?.length ?? 0;
  if (columns === 0) return [];
  const flat = Float64Array.from(rows.flat());
  const means = Array.from({ length: columns }, () => new Float64Array(resamples));
  const sums = new Float64Array(columns);
  for (let resample = 0; resample < resamples; resample++) {
    sums.fill(0);
    for (let drawn = 0; drawn < rows.length; drawn++) {
      const at = Math.floor(random() * rows.length) * columns;
      for (let column = 0; column < columns; column++) {
        sums[column] = (sums[column] as number) + (flat[at + column] as number);
      }
    }
    means.forEach((mean, column) => (mean[resample] = (sums[column] as number) / rows.length));
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
  /** Below 2 %. */
  readonly significant: boolean;
  /** With so few images no difference can be significant. */
  readonly tooFew: boolean;
}

/**
 * Paired permutation test of differences, one per image: whether their mean could be 0, each sign being as likely as the other. Where
 * there are few images, all signs are tried; else a seeded sample of them.
 */
export function signFlipTest(differences: readonly number[], random: SeededRandom): PairedTest {
  // Images without a difference say nothing about its sign.
  const changed = Float64Array.from(differences.filter((difference) => difference !== 0));
  const observed = Math.abs(sumOf(changed));
  const combinations = 2 ** changed.length;
  const isExact = combinations <= permutations;
  const rounds = isExact ? combinations : permutations;
  const slack = 1e-12 * sumOf(changed.map(Math.abs));
  let asFar = 0;
  for (let round = 0; round < rounds; round++) {
    const nextSigns = isExact ? () => round : () => random() * 2 ** 32;
    if (Math.abs(sumWithSigns(changed, nextSigns)) >= observed - slack) asFar++;
  }
  const pValue = isExact ? asFar / rounds : (asFar + 1) / (rounds + 1);
  return {
    pValue,
    significant: pValue < significanceLevel,
    tooFew: 2 ** (1 - differences.length) >= significanceLevel,
  };
}

/** The sum of values of which those with a set bit are turned; `nextSigns` gives 32 bits at a time. */
function sumWithSigns(values: Float64Array, nextSigns: () => number): number {
  let sum = 0;
  for (let start = 0; start < values.length; start += 32) {
    let signs = nextSigns() >>> 0;
    const end = Math.min(values.length, start + 32);
    for (let index = start; index < end; index++, signs >>>= 1) {
      const value = values[index] as number;
      sum += (signs & 1) === 1 ? -value : value;
    }
  }
  return sum;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
