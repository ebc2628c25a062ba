import { dot, meanVector } from '../core/vectors.js';
import type { MaskSamples } from './describe-masks.js';
import type { MaterialProfile } from './material-profile.js';

/** Where one more micrograph is expected to show a material, along each axis. */
export interface LabelDistribution {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}

type Labels = Pick<MaterialProfile, 'labels' | 'between'>;

/**
 * The labels of a profile, in its order, and last a material that no image has shown. Few images of a label leave in doubt where it lies: its mean is drawn towards
 * that of all materials and spreads by what is not known (a Gaussian model of labels, and of the micrographs of each).
 */
export function labelDistributions({ labels, between }: Labels): LabelDistribution[] {
  const seen = labels.map(({ mean, images }) => {
    const known = between.map((variance) => (variance * images) / (variance * images + 1));
    return {
      mean: mean.map((value, d) => value * (known[d] as number)),
      variance: between.map((variance, d) => 1 + variance * (1 - (known[d] as number))),
    };
  });
  return [...seen, { mean: between.map(() => 0), variance: between.map((variance) => 1 + variance) }];
}

/** Descriptors depend on each other in more ways than covariances say: all of them together count as so many independent ones. */
const independentAxes = 12;

/** What a sum over so many axes is worth as evidence. */
function weightOf(axes: number): number {
  return Math.min(1, independentAxes / axes);
}

/** Where descriptors lie along the axes of a profile. */
export interface LabelPlace {
  readonly offset: readonly number[];
  readonly axes: readonly (readonly number[])[];
}

/** What some crops show, as one point. */
export function pointOf(samples: MaskSamples, { offset, axes }: LabelPlace): number[] {
  const centred = meanVector(samples).map((value, d) => value - (offset[d] as number));
  return axes.map((axis) => dot(axis, centred));
}

/** Logarithm of how likely a distribution gives a point, less what is the same for all of them. */
export function logLikelihood(point: readonly number[], { mean, variance }: LabelDistribution): number {
  const sum = point.reduce((total, value, d) => {
    const spread = variance[d] as number;
    return total + (value - (mean[d] as number)) ** 2 / spread + Math.log(spread);
  }, 0);
  return (-weightOf(point.length) * sum) / 2;
}

/** By how much a point of one distribution is expected to be likelier there than in `other` (Kullback and Leibler's divergence). */
function divergence({ mean, variance }: LabelDistribution, other: LabelDistribution): number {
  const sum = mean.reduce((total, value, d) => {
    const [own, theirs] = [variance[d] as number, other.variance[d] as number];
    return total + ((value - (other.mean[d] as number)) ** 2 + own) / theirs - 1 - Math.log(own / theirs);
  }, 0);
  return (weightOf(mean.length) * sum) / 2;
}

/**
 * The share of materials that a profile is expected to name right where all its labels and the unseen ones are as frequent, in [0, 1]: how far the labels lie apart
 * says how often one is taken for another; of those that no image has shown, which is which is a guess.
 */
export function expectedRightShare(profile: Labels & Pick<MaterialProfile, 'unseen'>): number {
  const all = labelDistributions(profile);
  const possible = profile.unseen > 0 ? all : all.slice(0, -1);
  const shares = possible.map(
    (each) => 1 / possible.reduce((sum, other) => sum + Math.exp(-divergence(each, other)), 0),
  );
  return shares.reduce((sum, share) => sum + share, 0) / (profile.labels.length + profile.unseen);
}
