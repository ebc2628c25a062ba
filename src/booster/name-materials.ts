import { linearSumAssignment } from 'linear-sum-assignment';
import { labelDistributions } from './label-distributions.js';
import type { MaterialProfile } from './material-profile.js';
import type { MaterialVote } from './material-vote.js';
import { evidenceOf, nameMasks, type NameVote, type NamingMask, shareOf, strangeCost } from './name-masks.js';

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
  masks: readonly NamingMask[],
  profile: MaterialProfile,
): NamedVote[] {
  const names = namesOf(votes, masks, profile);
  const staysGrouped = profile.naming === 'materials-apart';
  return votes.map((vote, index) => {
    const { name, margin } = names[index] ?? { name: null, margin: 0 };
    if (name === null || staysGrouped)
      return { material: profile.labels.length + vote.material, margin: vote.margin, name };
    return { material: profile.labels.findIndex((label) => label.name === name), margin, name };
  });
}

function namesOf(
  votes: readonly MaterialVote[],
  masks: readonly NamingMask[],
  profile: MaterialProfile,
): readonly NameVote[] {
  if (profile.naming === 'masks') return nameMasks(masks, profile);
  const groups = [...new Set(votes.map(({ material }) => material))];
  const materials = groups.map((group) => masks.filter((_, index) => votes[index]?.material === group));
  const named = nameTogether(materials, profile);
  return votes.map(({ material }) => named[groups.indexOf(material)] ?? { name: null, margin: 0 });
}

/** What it costs, as a logarithm of probability, to give another material of the same image a name that one has already. */
const repeatCost = 2;

/**
 * Names all materials of an image at once: clustering has found them to differ, so that two of one name are rather one that was taken for its neighbour.
 * Of all ways to give names, the likeliest, less a cost for each name that is given again. As many materials may have none as there are labels that no image has
 * shown; more are unlike anything seen.
 */
function nameTogether(materials: readonly (readonly NamingMask[])[], profile: MaterialProfile): NameVote[] {
  const distributions = labelDistributions(profile);
  const evidence = materials.map((masks) => evidenceOf(masks, profile, distributions));
  const known = evidence.filter((each) => each !== null);
  if (known.length === 0) return materials.map(() => ({ name: null, margin: 0 }));
  const { labels, unseen } = profile;
  const worth = known.map((each) =>
    known.flatMap((_, copy) =>
      each.map((likelihood, label) => {
        if (label < labels.length) return likelihood - (copy > 0 ? repeatCost : 0);
        return likelihood - (copy < unseen ? 0 : strangeCost);
      }),
    ),
  );
  const { rowAssignments } = linearSumAssignment(worth, { maximaze: true });
  const votes = known.map((each, index): NameVote => {
    const label = (rowAssignments[index] ?? 0) % each.length;
    return { name: labels[label]?.name ?? null, margin: shareOf(each, label) };
  });
  return evidence.map((each) => (each === null ? undefined : votes.shift()) ?? { name: null, margin: 0 });
}
