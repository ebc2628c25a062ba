import type { MaskSamples } from './describe-masks.js';
import type { MaterialProfile, Naming } from './material-profile.js';
import type { MaterialVote } from './material-vote.js';
import type { NameVote } from './name-masks.js';
import { nameMasks, nameOf, supportNames } from './name-masks.js';

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
  const naming: Naming = profile.version === 1 ? 'masks' : profile.naming;
  if (naming === 'masks') return nameMasks(samples, profile);
  const groups = [...new Set(votes.map(({ material }) => material))];
  const supports = groups.map((group) =>
    supportNames(
      samples.flatMap((each, index) => (votes[index]?.material === group ? each : [])),
      profile,
    ),
  );
  const named = supports.map((each) => nameOf(each, profile));
  return votes.map(({ material }) => named[groups.indexOf(material)] ?? { name: null, margin: 0 });
}
