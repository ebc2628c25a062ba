import { dot, meanVector, toUnitLength } from '../core/vectors.js';
import type { MaskSamples } from './describe-masks.js';
import type { MaterialVote } from './material-vote.js';

/** Masks grouped as wholes: a mask's material is its group, the margin the share of its samples that are most like the mean of that group. */
export function voteByGroups(masks: readonly MaskSamples[], groups: readonly number[]): MaterialVote[] {
  const directions = masks.map((samples) => toUnitLength(meanVector(samples)));
  const numbers = [...new Set(groups)].sort((a, b) => a - b);
  const means = numbers.map((group) =>
    toUnitLength(meanVector(directions.filter((_, mask) => groups[mask] === group))),
  );
  return masks.map((samples, mask) => {
    const material = numbers.indexOf(groups[mask] ?? 0);
    const votes = samples.filter((sample) => mostAlike(sample, means) === material).length;
    return { material, margin: votes / samples.length };
  });
}

function mostAlike(sample: readonly number[], means: readonly (readonly number[])[]): number {
  const likeness = means.map((mean) => dot(sample, mean));
  return likeness.indexOf(Math.max(...likeness));
}
