import { linearSumAssignment } from 'linear-sum-assignment';
import type { MaskSamples } from './describe-masks.js';
import type { LearnedProfile, MaterialProfile } from './material-profile.js';
import type { MaterialVote } from './material-vote.js';
import type { LearnedSupport, NameVote } from './name-masks.js';
import { nameMasks, supportLearned } from './name-masks.js';

/** Which material a mask shows, and what it is called; null: unlike anything seen. */
export interface NamedVote extends MaterialVote {
  readonly name: string | null;
}

/**
 * Gives the masks that clustering has grouped (`votes`) their names, in the order of the masks. Masks of one name are one material, unless the profile
 * keeps groups apart; those without a name stay grouped as they were.
 */
export function nameMaterials(
  votes: readonly MaterialVote[],
  samples: readonly MaskSamples[],
  profile: MaterialProfile,
): NamedVote[] {
  const names = namesOf(votes, samples, profile);
  const staysGrouped = profile.version === 2 && profile.naming === 'materials-apart';
  return votes.map((vote, index) => {
    const { name, margin } = names[index] ?? { name: null, margin: 0 };
    if (name === null || staysGrouped)
      return { material: profile.labels.length + vote.material, margin: vote.margin, name };
    return { material: profile.labels.findIndex((label) => label.name === name), margin, name };
  });
}

function namesOf(
  votes: readonly MaterialVote[],
  samples: readonly MaskSamples[],
  profile: MaterialProfile,
): readonly NameVote[] {
  if (profile.version === 1 || profile.naming === 'masks') return nameMasks(samples, profile);
  const groups = [...new Set(votes.map(({ material }) => material))];
  const supports = groups.map((group) =>
    supportLearned(
      samples.flatMap((each, index) => (votes[index]?.material === group ? each : [])),
      profile,
    ),
  );
  const named = nameTogether(supports, profile);
  return votes.map(({ material }) => named[groups.indexOf(material)] ?? { name: null, margin: 0 });
}

/** What it costs, in logarithms of votes, to give another material of the same image a name that one has already. */
const repeatCost = 2;
/** Keeps the logarithm of no vote finite. */
const leastShare = 0.02;

/**
 * Names all materials of an image at once: clustering has found them to differ, so that two of one name are rather one that was taken for its neighbour.
 * Of all ways to give names, the one with most votes, less a cost for each name that is given again.
 */
function nameTogether(supports: readonly LearnedSupport[], { labels }: LearnedProfile): NameVote[] {
  if (supports.length === 0) return [];
  const worth = supports.map(({ shares }) =>
    supports.flatMap((_, copy) => shares.map((share) => Math.log(share + leastShare) - (copy > 0 ? repeatCost : 0))),
  );
  const { rowAssignments } = linearSumAssignment(worth, { maximaze: true });
  return supports.map(({ shares, isFar, strange }, index) => {
    const label = (rowAssignments[index] ?? 0) % labels.length;
    const name = labels[label]?.name ?? null;
    if (strange > 0 || isFar[label] !== false) return { name: null, margin: strange };
    return { name, margin: shares[label] ?? 0 };
  });
}
