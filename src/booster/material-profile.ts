import { z } from 'zod';

const vector = z.array(z.number()).min(1);

const profileLabel = z.object({
  name: z.string().min(1),
  /** Softmax regression over the embedding of a crop. */
  weights: vector,
  bias: z.number(),
  /** What the label's own crops look like: unit vectors. */
  prototypes: z.array(vector).min(1),
  /** A crop whose cosine with all prototypes is below this is unlike this label. */
  leastSimilarity: z.number().min(-1).max(1),
});

/**
 * What was learned about materials by name (DESIGN section 3.4): a classifier of crop embeddings. Written by `python -m classifier` in
 * training/ and meant for `train` as well. It belongs to one texture encoder, named by the digest of its file.
 */
export const materialProfile = z
  .object({
    format: z.literal('sam-i-am-profile'),
    version: z.literal(1),
    textureSha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** How it was trained, for people. */
    about: z.string(),
    labels: z.array(profileLabel).min(1),
  })
  .refine(({ labels }) => new Set(labels.map(({ name }) => name)).size === labels.length, {
    error: 'two labels have the same name',
  })
  .refine(({ labels }) => new Set(labels.flatMap((label) => lengthsOf(label))).size === 1, {
    error: 'weights and prototypes are not all of one length',
  });

export type MaterialProfile = z.infer<typeof materialProfile>;

type ProfileLabel = z.infer<typeof profileLabel>;

function lengthsOf({ weights, prototypes }: ProfileLabel): number[] {
  return [weights.length, ...prototypes.map(({ length }) => length)];
}
