import { meanVector } from '../core/vectors.js';
import type { MaskSamples } from './describe-masks.js';
import { pointOf } from './label-distributions.js';
import { type Covariance, labelSpace } from './label-space.js';
import type { MaterialProfile } from './material-profile.js';

/** What people called a region of an image, with descriptors of its crops. */
export interface NamedRegion {
  readonly name: string;
  /** Which image it is of. */
  readonly image: string;
  readonly samples: MaskSamples;
}

/** How the regions of materials spread in other projects: what {@link learnNames} starts from. */
export interface NamingSpread {
  /** The mean of all materials. */
  readonly mean: readonly number[];
  /** Of one material from micrograph to micrograph. */
  readonly within: Covariance;
  /** From material to material. */
  readonly between: Covariance;
}

/** The part of a profile that gives names. */
export type NameClassifier = Pick<MaterialProfile, 'labels' | 'offset' | 'axes' | 'between'>;

/** What is known of other projects counts as so many regions beyond the first of each label. */
const spreadRegions = 16;
/**
 * Where nothing is known of other projects: the variance of a material from micrograph to micrograph, and that of materials, as multiples of the variance of crops
 * of one region. In the embedded spread the medians over the dimensions are 4 and 5, but along the axes that tell materials apart the second is far more.
 */
const [unknownWithin, unknownBetween] = [4, 16];

/**
 * Learns where the labels lie. A label is known by the means of its regions; how far a further micrograph of it may lie from them, and how far another
 * material, few regions can't say: `spread`, known from other projects, says it until there are many. Undefined without a crop.
 */
export function learnNames(regions: readonly NamedRegion[], spread?: NamingSpread): NameClassifier | undefined {
  const taught = regions.filter(({ samples }) => samples.length > 0);
  const names = [...new Set(taught.map(({ name }) => name))].sort();
  const groups = names.map((name) => taught.filter((region) => region.name === name));
  const dimensions = taught[0]?.samples[0]?.length;
  if (dimensions === undefined) return undefined;
  const known = spread?.mean.length === dimensions ? spread : spreadOfCrops(taught);
  const own = scatterOf(groups.map((group) => group.map(({ samples }) => meanVector(samples))));
  const beyondFirst = taught.length - names.length;
  const within = known.within.map((row, i) =>
    row.map((value, j) => (spreadRegions * value + (own[i]?.[j] ?? 0)) / (spreadRegions + beyondFirst)),
  );
  const space = labelSpace(within, known.between);
  const offset = [...known.mean];
  const labels = groups.map((group, index) => ({
    name: names[index] ?? '',
    mean: meanVector(group.map(({ samples }) => pointOf(samples, { ...space, offset }))).map(rounded),
    images: group.length,
  }));
  return {
    offset: offset.map(rounded),
    axes: space.axes.map((axis) => axis.map(rounded)),
    between: space.between.map(rounded),
    labels,
  };
}

/** The spread of materials over the micrographs of projects, from the regions of each label. */
export function spreadOf(labels: readonly (readonly NamedRegion[])[]): NamingSpread {
  const groups = labels.map((regions) => regions.map(({ samples }) => meanVector(samples)));
  const means = groups.map(meanVector);
  const regions = groups.reduce((sum, group) => sum + group.length, 0);
  return {
    mean: meanVector(means),
    within: divided(scatterOf(groups), regions - groups.length),
    between: divided(scatterOf([means]), means.length - 1),
  };
}

/** Where only these regions are known: their crops say how one material spreads. */
function spreadOfCrops(regions: readonly NamedRegion[]): NamingSpread {
  const crops = regions.map(({ samples }) => samples);
  const count = crops.reduce((sum, each) => sum + each.length, 0);
  const spread = divided(scatterOf(crops), count);
  const times = (factor: number): Covariance => spread.map((row) => row.map((value) => factor * value));
  return { mean: meanVector(crops.map(meanVector)), within: times(unknownWithin), between: times(unknownBetween) };
}

/** The sum over all points of their products, each group around its own mean; lower triangle. */
function scatterOf(groups: readonly (readonly (readonly number[])[])[]): Float64Array[] {
  const size = groups[0]?.[0]?.length ?? 0;
  const scatter = Array.from({ length: size }, (_, row) => new Float64Array(row + 1));
  for (const group of groups) {
    const mean = meanVector(group);
    for (const point of group) {
      const rest = point.map((value, d) => value - (mean[d] as number));
      scatter.forEach((row, i) => {
        for (let j = 0; j <= i; j++) row[j] = (row[j] as number) + (rest[i] as number) * (rest[j] as number);
      });
    }
  }
  return scatter;
}

function divided(scatter: readonly Float64Array[], by: number): Covariance {
  return scatter.map((row) => [...row].map((value) => value / Math.max(1, by)));
}

/** Six digits are more than the descriptors have. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
