import { dot, squaredDistance } from '../core/vectors.js';
import type { MaskSamples } from './describe-masks.js';
import type { LearnedProfile, LinearProfile, MaterialProfile } from './material-profile.js';

/** What a mask shows by name. */
export interface NameVote {
  /** Null: unlike anything that the profile has seen. */
  readonly name: string | null;
  /** Share of the crops that voted for it, in [0, 1]; 0 for a mask without crops. */
  readonly margin: number;
}

/** How the crops of a mask, or of several, vote. */
export interface NameSupport {
  /** Share of each label of the profile, in its order. */
  readonly shares: readonly number[];
  /** Share of the crops that are unlike anything seen; 0, as all shares, without crops. */
  readonly strange: number;
}

/**
 * The supervised alternative to clustering (DESIGN section 3.4): each crop is named by the profile, a mask has the name that most of its
 * crops have. Samples are descriptors of crops alone, without the image encoder's tokens.
 */
export function nameMasks(masks: readonly MaskSamples[], profile: MaterialProfile): NameVote[] {
  return masks.map((samples) => nameOf(supportNames(samples, profile), profile));
}

/** The label with most votes; of several with equally many the first. */
export function nameOf({ shares, strange }: NameSupport, { labels }: MaterialProfile): NameVote {
  const most = Math.max(0, ...shares);
  if (strange >= most) return { name: null, margin: strange };
  return { name: labels[shares.indexOf(most)]?.name ?? null, margin: most };
}

/** How some crops vote on the labels of a profile. */
export function supportNames(samples: MaskSamples, profile: MaterialProfile): NameSupport {
  return profile.version === 1 ? supportLinear(samples, profile) : supportLearned(samples, profile);
}

function supportLinear(samples: MaskSamples, profile: LinearProfile): NameSupport {
  const names = samples.map((sample) => nameCrop(sample, profile));
  const shareOf = (name: string | null): number => names.filter((each) => each === name).length / names.length;
  if (names.length === 0) return { shares: profile.labels.map(() => 0), strange: 0 };
  return { shares: profile.labels.map(({ name }) => shareOf(name)), strange: shareOf(null) };
}

/** The likeliest label of one embedding; null where it is unlike the crops of every label. */
export function nameCrop(embedding: readonly number[], { labels }: LinearProfile): string | null {
  const isKnown = labels.some(({ prototypes, leastSimilarity }) =>
    prototypes.some((prototype) => dot(embedding, prototype) >= leastSimilarity),
  );
  if (!isKnown) return null;
  const logits = labels.map(({ weights, bias }) => dot(embedding, weights) + bias);
  return labels[logits.indexOf(Math.max(...logits))]?.name ?? null;
}

/** A crop votes for the label with the nearest mean; all crops together are strange if they lie too far from every label. */
function supportLearned(samples: MaskSamples, profile: LearnedProfile): NameSupport {
  const { labels, farthest } = profile;
  const none = labels.map(() => 0);
  if (samples.length === 0) return { shares: none, strange: 0 };
  const distances = samples.map((sample) => distancesOf(sample, profile));
  const votes = distances.map((each) => each.indexOf(Math.min(...each)));
  const shares = labels.map((_, label) => votes.filter((vote) => vote === label).length / votes.length);
  const distance = distances.reduce((sum, each) => sum + Math.min(...each), 0) / samples.length;
  return distance > farthest ? { shares: none, strange: 1 } : { shares, strange: 0 };
}

/** The squared distance of a crop from the mean of each label, per dimension, where all materials spread by 1. */
export function distancesOf(
  sample: readonly number[],
  { labels, offset, whitening }: Pick<LearnedProfile, 'labels' | 'offset' | 'whitening'>,
): number[] {
  const centred = sample.map((value, d) => value - (offset[d] as number));
  const white = whitening.map((row) => row.reduce((sum, weight, d) => sum + weight * (centred[d] as number), 0));
  return labels.map(({ mean }) => squaredDistance(white, mean) / white.length);
}
