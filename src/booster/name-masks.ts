import { dot, meanVector, squaredDistance } from '../core/vectors.js';
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

/** The same with a profile that knows how far materials lie from their labels. */
export interface LearnedSupport extends NameSupport {
  /** Whether the crops together lie too far from each label to be it. */
  readonly isFar: readonly boolean[];
}

/**
 * The supervised alternative to clustering (DESIGN section 3.4): each crop is named by the profile, a mask has the name that most of its
 * crops have. Samples are descriptors of crops alone, without the image encoder's tokens.
 */
export function nameMasks(masks: readonly MaskSamples[], profile: MaterialProfile): NameVote[] {
  return masks.map((samples) => {
    const support = profile.version === 1 ? supportLinear(samples, profile) : supportLearned(samples, profile);
    return nameOf(support, profile);
  });
}

/** The label with most votes; of several with equally many the first. */
function nameOf({ shares, strange }: NameSupport, { labels }: MaterialProfile): NameVote {
  const most = Math.max(0, ...shares);
  if (strange >= most) return { name: null, margin: strange };
  return { name: labels[shares.indexOf(most)]?.name ?? null, margin: most };
}

function supportLinear(samples: MaskSamples, profile: LinearProfile): NameSupport {
  const names = samples.map((sample) => nameCrop(sample, profile));
  const shareOf = (name: string | null): number =>
    names.filter((each) => each === name).length / Math.max(1, names.length);
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
export function supportLearned(samples: MaskSamples, profile: LearnedProfile): LearnedSupport {
  const { labels, farthest } = profile;
  const distances = samples.map((sample) => distancesOf(sample, profile));
  const together = comparedWithExpected(distances, profile);
  const isFar = labels.map((_, label) => (together[label] ?? Infinity) > farthest);
  if (isFar.every(Boolean)) return { shares: labels.map(() => 0), isFar, strange: samples.length === 0 ? 0 : 1 };
  const votes = distances.map((each) => each.indexOf(Math.min(...each)));
  const shares = labels.map((_, label) => votes.filter((vote) => vote === label).length / votes.length);
  return { shares, isFar, strange: 0 };
}

type Space = Pick<LearnedProfile, 'labels' | 'offset' | 'whitening'>;

/** How far some crops lie from each label (see {@link comparedWithExpected}); about 1 for the label that they have. */
export function distancesFromLabels(samples: MaskSamples, space: Space): number[] {
  return comparedWithExpected(
    samples.map((sample) => distancesOf(sample, space)),
    space,
  );
}

/**
 * The mean over crops of their squared distances from each label, divided by what is to be expected, as the mean of a label that few images showed is
 * itself off by its share.
 */
function comparedWithExpected(distances: readonly (readonly number[])[], { labels }: Pick<Space, 'labels'>): number[] {
  return meanVector(distances).map((distance, label) => distance / (1 + 1 / (labels[label]?.images ?? 1)));
}

/** The squared distance of a crop from the mean of each label, per dimension, where all materials spread by 1. */
function distancesOf(sample: readonly number[], { labels, offset, whitening }: Space): number[] {
  const centred = sample.map((value, d) => value - (offset[d] as number));
  const white = whitening.map((row) => dot(row, centred));
  return labels.map(({ mean }) => squaredDistance(white, mean) / white.length);
}
