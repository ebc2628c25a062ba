import { meanVector } from '../core/vectors.js';
import type { MaskSamples } from './describe-masks.js';
import {
  type LabelDistribution,
  labelDistributions,
  type LabelPlace,
  logLikelihood,
  pointOf,
} from './label-distributions.js';
import type { MaterialProfile } from './material-profile.js';

/** What a mask shows by name. */
export interface NameVote {
  /** Null: unlike anything that the profile has seen. */
  readonly name: string | null;
  /** Its probability, in [0, 1]; 0 for a mask without crops. */
  readonly margin: number;
}

/** A mask as it is named: descriptors of its crops, without the image encoder's tokens, and what it weighs. */
export interface NamingMask {
  readonly samples: MaskSamples;
  readonly areaPx: number;
}

/** How little a material is taken for one that is unlike anything seen though every label of the label config has been seen. */
export const strangeCost = 8;

/**
 * The supervised alternative to clustering (DESIGN section 3.4): each mask by itself has the name that its crops together are likeliest
 * to show.
 */
export function nameMasks(masks: readonly NamingMask[], profile: MaterialProfile): NameVote[] {
  const distributions = labelDistributions(profile);
  return masks.map((mask) => {
    const evidence = evidenceOf([mask], profile, distributions);
    if (evidence === null) return { name: null, margin: 0 };
    const costs = evidence.map((each, label) =>
      label === profile.labels.length && profile.unseen === 0 ? each - strangeCost : each,
    );
    const label = costs.indexOf(Math.max(...costs));
    return { name: profile.labels[label]?.name ?? null, margin: shareOf(costs, label) };
  });
}

/**
 * The logarithm of how likely masks that show one material show each label of a profile, in its order, and last a material that no image has shown. They
 * count by what they weigh. Null where they have no crops.
 */
export function evidenceOf(
  masks: readonly NamingMask[],
  profile: LabelPlace,
  distributions: readonly LabelDistribution[],
): number[] | null {
  const known = masks.filter(({ samples }) => samples.length > 0);
  const weight = known.reduce((sum, { areaPx }) => sum + areaPx, 0);
  if (weight === 0) return null;
  const weighted = known.map(({ samples, areaPx }) => meanVector(samples).map((value) => (value * areaPx) / weight));
  const mean = (weighted[0] ?? []).map((_, d) => weighted.reduce((sum, each) => sum + (each[d] as number), 0));
  const point = pointOf([mean], profile);
  return distributions.map((distribution) => logLikelihood(point, distribution));
}

/** The probability of one of several possibilities of which the logarithms are given. */
export function shareOf(logarithms: readonly number[], index: number): number {
  return 1 / logarithms.reduce((sum, each) => sum + Math.exp(each - (logarithms[index] as number)), 0);
}
