import { dot, meanVector, toUnitLength } from '../core/vectors.js';
import type { MaskSamples } from './describe-masks.js';
import { groupByLikeness } from './group-by-likeness.js';
import type { MaterialVote } from './material-vote.js';
import { voteByGroups } from './vote-by-groups.js';

/** Two masks are clearly apart where their means are more than this many times both standard deviations, added, from each other. */
const apartFrom = 2;

/**
 * The guard of mask merging (DESIGN section 3.2): k-means may spend two clusters on the samples of one mask, and the vote then joins masks that
 * have nothing in common. Where the votes join masks whose samples lie clearly apart, the masks are grouped as wholes instead, most alike
 * first, if that joins fewer of them.
 */
export function keepApart(
  masks: readonly MaskSamples[],
  votes: readonly MaterialVote[],
  materials: number,
): MaterialVote[] {
  const described = masks.map((samples) => ({ samples, mean: meanVector(samples) }));
  const joined = countJoined(described, votes);
  if (joined === 0) return [...votes];
  const directions = described.map(({ mean }) => toUnitLength(mean));
  const likeness = (a: number, b: number): number => dot(directions[a] ?? [], directions[b] ?? []);
  const bounds = { least: Infinity, most: materials };
  const grouped = voteByGroups(masks, groupByLikeness({ weights: masks.map(() => 1), likeness }, bounds));
  return countJoined(described, grouped) < joined ? grouped : [...votes];
}

interface Described {
  readonly samples: MaskSamples;
  readonly mean: readonly number[];
}

/** How many pairs of masks have one material though they are clearly apart. */
function countJoined(masks: readonly Described[], votes: readonly MaterialVote[]): number {
  return masks.reduce((count, mask, index) => {
    const alike = masks.slice(index + 1).filter((_, at) => votes[index + 1 + at]?.material === votes[index]?.material);
    return count + alike.filter((other) => areApart(mask, other)).length;
  }, 0);
}

/** Compares the distance of the means with the spread of both sets of samples along the line through them. */
function areApart(a: Described, b: Described): boolean {
  const between = a.mean.map((value, d) => value - (b.mean[d] ?? 0));
  const distance = Math.sqrt(dot(between, between));
  const direction = toUnitLength(between);
  return distance > apartFrom * (spreadAlong(a.samples, direction) + spreadAlong(b.samples, direction));
}

function spreadAlong(samples: MaskSamples, direction: readonly number[]): number {
  const places = samples.map((sample) => dot(sample, direction));
  const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
  return Math.sqrt(places.reduce((sum, place) => sum + (place - mean) ** 2, 0) / places.length);
}
