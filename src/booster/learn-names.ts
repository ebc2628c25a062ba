import type { MaskSamples } from './describe-masks.js';
import type { LearnedProfile } from './material-profile.js';
import { distancesOf } from './name-masks.js';
import { meanVector } from '../core/vectors.js';

/** What people called a region of an image, with descriptors of its crops. */
export interface NamedRegion {
  readonly name: string;
  /** Which image it is of. */
  readonly image: string;
  readonly samples: MaskSamples;
}

/** The part of a profile that gives names. */
export type NameClassifier = Pick<LearnedProfile, 'labels' | 'offset' | 'whitening'>;

/** Share of an even spread in the spread of the materials: few crops say little of how the dimensions depend on each other. */
const shrinkage = 0.2;
const leastSpread = 1e-3;

/**
 * Linear discriminants: all materials spread alike around their means (their crops' covariance, pooled and shrunk), so that in the whitened space
 * the nearest mean is the likeliest label. Undefined without a crop.
 */
export function learnNames(regions: readonly NamedRegion[]): NameClassifier | undefined {
  const names = [...new Set(regions.flatMap(({ name, samples }) => (samples.length === 0 ? [] : name)))].sort();
  const samplesOf = (name: string) => regions.flatMap((region) => (region.name === name ? [...region.samples] : []));
  const all = names.flatMap(samplesOf);
  if (all.length === 0) return undefined;
  const offset = meanVector(all);
  const scale = spreadsOf(all, offset);
  const scaled = (sample: readonly number[]) =>
    sample.map((value, d) => (value - (offset[d] as number)) / (scale[d] as number));
  const groups = names.map((name) => samplesOf(name).map(scaled));
  const means = groups.map(meanVector);
  const inverse = inverseCholesky(pooledCovariance(groups, means));
  const whitening = inverse.map((row) => row.map((value, d) => rounded(value / (scale[d] as number))));
  const labels = names.map((name, index) => ({
    name,
    mean: inverse.map((row) => rounded(row.reduce((sum, value, d) => sum + value * (means[index]?.[d] ?? 0), 0))),
    images: new Set(regions.filter((region) => region.name === name).map(({ image }) => image)).size,
  }));
  return { offset: offset.map(rounded), whitening, labels };
}

/** The mean distance of the crops of a region from the label that it has (see `farthest` of a profile); undefined for an unknown label. */
export function distanceFromLabel({ name, samples }: NamedRegion, classifier: NameClassifier): number | undefined {
  const label = classifier.labels.findIndex((each) => each.name === name);
  if (label < 0 || samples.length === 0) return undefined;
  return samples.reduce((sum, sample) => sum + (distancesOf(sample, classifier)[label] ?? 0), 0) / samples.length;
}

function spreadsOf(samples: MaskSamples, mean: readonly number[]): number[] {
  return mean.map((centre, d) => {
    const squares = samples.reduce((sum, sample) => sum + ((sample[d] as number) - centre) ** 2, 0);
    return Math.sqrt(squares / samples.length) + leastSpread;
  });
}

/** Within the groups, each around its own mean; shrunk towards the same variance in every direction. */
function pooledCovariance(groups: readonly MaskSamples[], means: readonly (readonly number[])[]): Float64Array[] {
  const size = means[0]?.length ?? 0;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  groups.forEach((group, index) => {
    for (const sample of group) {
      const rest = sample.map((value, d) => value - (means[index]?.[d] ?? 0));
      for (let i = 0; i < size; i++) {
        const row = covariance[i] as Float64Array;
        const weight = (rest[i] as number) / count;
        for (let j = 0; j <= i; j++) row[j] = (row[j] as number) + weight * (rest[j] as number);
      }
    }
  });
  const variance = covariance.reduce((sum, row, i) => sum + (row[i] as number), 0) / size + leastSpread ** 2;
  covariance.forEach((row, i) => {
    for (let j = 0; j <= i; j++) row[j] = (1 - shrinkage) * (row[j] as number);
    row[i] = (row[i] as number) + shrinkage * variance;
  });
  return covariance;
}

/** L⁻¹ of a covariance C = L·Lᵀ of which the lower triangle is given; row i has i + 1 values. */
function inverseCholesky(covariance: readonly Float64Array[]): number[][] {
  const size = covariance.length;
  const lower = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = at(covariance, i, j);
      for (let k = 0; k < j; k++) sum -= at(lower, i, k) * at(lower, j, k);
      (lower[i] as Float64Array)[j] = i === j ? Math.sqrt(sum) : sum / at(lower, j, j);
    }
  }
  const inverse = Array.from({ length: size }, (_, i) => new Array<number>(i + 1).fill(0));
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= at(lower, row, k) * at(inverse, k, column);
      (inverse[row] as number[])[column] = sum / at(lower, row, row);
    }
  }
  return inverse;
}

function at(matrix: readonly ArrayLike<number>[], row: number, column: number): number {
  return matrix[row]?.[column] as number;
}

/** Six digits are more than the descriptors have. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
