import type { MaskSamples } from './describe-masks.js';
import type { LearnedProfile } from './material-profile.js';
import { distancesFromLabels } from './name-masks.js';
import { dot, meanVector } from '../core/vectors.js';

/** What people called a region of an image, with descriptors of its crops. */
export interface NamedRegion {
  readonly name: string;
  /** Which image it is of. */
  readonly image: string;
  readonly samples: MaskSamples;
}

/** Covariance of descriptors of one material's crops over the micrographs of a project: row i has i + 1 values. */
export type NamingSpread = readonly (readonly number[])[];

/** The part of a profile that gives names. */
export type NameClassifier = Pick<LearnedProfile, 'labels' | 'offset' | 'whitening'>;

/** Share of an even spread in the spread of the materials: few crops say little of how the dimensions depend on each other. */
const shrinkage = 0.2;
const leastSpread = 1e-3;
/** The known spread of materials counts as so many regions beyond the first of each label. */
const spreadRegions = 5;

/**
 * Linear discriminants: all materials spread alike around their means (their crops' covariance, pooled and shrunk), so that in the whitened space
 * the nearest mean is the likeliest label. How materials spread from one micrograph to the next, few regions can't say: `spread`, known from other
 * projects, says it until there are many. Undefined without a crop.
 */
export function learnNames(regions: readonly NamedRegion[], spread?: NamingSpread): NameClassifier | undefined {
  const taught = regions.filter(({ samples }) => samples.length > 0);
  const names = [...new Set(taught.map(({ name }) => name))].sort();
  const samplesOf = (name: string) => taught.flatMap((region) => (region.name === name ? [...region.samples] : []));
  const all = names.flatMap(samplesOf);
  if (all.length === 0) return undefined;
  const offset = meanVector(all);
  const prior = spread?.length === offset.length ? spread : undefined;
  const scale =
    prior === undefined ? spreadsOf(all, offset) : prior.map((row, d) => Math.sqrt(row[d] as number) + leastSpread);
  const scaled = (sample: readonly number[]) =>
    sample.map((value, d) => (value - (offset[d] as number)) / (scale[d] as number));
  const groups = names.map((name) => samplesOf(name).map(scaled));
  const means = groups.map(meanVector);
  const covariance = pooledCovariance(groups, means);
  if (prior !== undefined) blend(covariance, prior, scale, taught.length - names.length);
  const inverse = inverseCholesky(shrunk(covariance));
  const whitening = inverse.map((row) => row.map((value, d) => rounded(value / (scale[d] as number))));
  const labels = names.map((name, index) => ({
    name,
    mean: inverse.map((row) => rounded(dot(row, means[index] ?? []))),
    images: new Set(taught.filter((region) => region.name === name).map(({ image }) => image)).size,
  }));
  return { offset: offset.map(rounded), whitening, labels };
}

/** The spread of materials around their means over the micrographs of a project, pooled over the labels given: what {@link learnNames} starts from. */
export function spreadOf(labels: readonly (readonly NamedRegion[])[]): NamingSpread {
  const groups = labels.map((regions) => regions.flatMap(({ samples }) => [...samples]));
  const means = labels.map((regions) => meanVector(regions.map(({ samples }) => meanVector(samples))));
  return pooledCovariance(groups, means).map((row, i) => [...row.subarray(0, i + 1)].map(rounded));
}

/** The regions' own covariance and the known one, each by what it is worth. */
function blend(
  covariance: readonly Float64Array[],
  prior: NamingSpread,
  scale: readonly number[],
  regionsBeyondFirst: number,
): void {
  const own = regionsBeyondFirst / (regionsBeyondFirst + spreadRegions);
  covariance.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const known = at(prior, i, j) / ((scale[i] as number) * (scale[j] as number));
      row[j] = own * (row[j] as number) + (1 - own) * known;
    }
  });
}

/** How far a region lies from the label that it has (see `farthest` of a profile); undefined for an unknown label. */
export function distanceFromLabel({ name, samples }: NamedRegion, classifier: NameClassifier): number | undefined {
  const label = classifier.labels.findIndex((each) => each.name === name);
  return samples.length === 0 ? undefined : distancesFromLabels(samples, classifier)[label];
}

function spreadsOf(samples: MaskSamples, mean: readonly number[]): number[] {
  return mean.map((centre, d) => {
    const squares = samples.reduce((sum, sample) => sum + ((sample[d] as number) - centre) ** 2, 0);
    return Math.sqrt(squares / samples.length) + leastSpread;
  });
}

/** Within the groups, each around its own mean. */
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
  return covariance;
}

/** Towards the same variance in every direction. */
function shrunk(covariance: readonly Float64Array[]): Float64Array[] {
  const trace = covariance.reduce((sum, row, i) => sum + (row[i] as number), 0);
  const variance = trace / covariance.length + leastSpread ** 2;
  return covariance.map((row, i) =>
    row.map((value, j) => (1 - shrinkage) * value + (i === j ? shrinkage * variance : 0)),
  );
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

function at(matrix: readonly (Float64Array | readonly number[])[], row: number, column: number): number {
  return matrix[row]?.[column] as number;
}

/** Six digits are more than the descriptors have. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
