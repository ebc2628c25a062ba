import { dot } from '../core/vectors.js';
import type { MaskSamples } from './describe-masks.js';
import type { MaterialProfile } from './material-profile.js';

/** What a mask shows by name. */
export interface NameVote {
  /** Null: unlike anything that the profile has seen. */
  readonly name: string | null;
  /** Share of the crops that voted for it, in [0, 1]; 0 for a mask without crops. */
  readonly margin: number;
}

/**
 * The supervised alternative to clustering (DESIGN section 3.4): each crop is named by the profile, a mask has the name that most of its
 * crops have. Samples are embeddings of crops alone, without the image encoder's tokens.
 */
export function nameMasks(masks: readonly MaskSamples[], profile: MaterialProfile): NameVote[] {
  return masks.map((samples) => majority(samples.map((sample) => nameCrop(sample, profile))));
}

/** The likeliest label of one embedding; null where it is unlike the crops of every label. */
export function nameCrop(embedding: readonly number[], { labels }: MaterialProfile): string | null {
  const isKnown = labels.some(({ prototypes, leastSimilarity }) =>
    prototypes.some((prototype) => dot(embedding, prototype) >= leastSimilarity),
  );
  if (!isKnown) return null;
  const logits = labels.map(({ weights, bias }) => dot(embedding, weights) + bias);
  return labels[logits.indexOf(Math.max(...logits))]?.name ?? null;
}

/** Of names with equally many votes the one that came first. */
function majority(names: readonly (string | null)[]): NameVote {
  const votes = new Map<string | null, number>();
  for (const name of names) votes.set(name, (votes.get(name) ?? 0) + 1);
  let best: NameVote = { name: null, margin: 0 };
  for (const [name, count] of votes) {
    const margin = count / names.length;
    if (margin > best.margin) best = { name, margin };
  }
  return best;
}
