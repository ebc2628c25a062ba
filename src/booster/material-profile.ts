import { z } from 'zod';

const vector = z.array(z.number()).min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const format = z.literal('sam-i-am-profile');

const linearLabel = z.object({
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
 * A classifier of crop embeddings that `python -m classifier` in training/ has written. It belongs to one texture encoder, named by the
 * digest of its file.
 */
export const linearProfile = z
  .object({
    format,
    version: z.literal(1),
    textureSha256: sha256,
    /** How it was trained, for people. */
    about: z.string(),
    labels: z.array(linearLabel).min(1),
  })
  .refine(({ labels }) => areDistinct(labels), { error: 'two labels have the same name' })
  .refine(({ labels }) => new Set(labels.flatMap((label) => lengthsOf(label))).size === 1, {
    error: 'weights and prototypes are not all of one length',
  });

const share = z.number().min(0).max(1);

const learnedLabel = z.object({
  name: z.string().min(1),
  /** The mean of its regions along the axes. */
  mean: vector,
  /** Images that showed it. */
  images: z.int().positive(),
});

/**
 * How a profile gives names: to the materials that clustering finds, which stay apart even where two get one name, so that no mask changes; the same, where
 * materials of one name become one; or to each mask by itself.
 */
export const namings = ['materials-apart', 'materials', 'masks'] as const;

export type Naming = (typeof namings)[number];

/**
 * What was learned from the accepted annotations of a project (`train`): names for textures, the filters that suit its micrographs, and what
 * scores are worth there.
 */
export const learnedProfile = z
  .object({
    format,
    version: z.literal(2),
    textureSha256: sha256,
    /** How it was trained, for people. */
    about: z.string(),
    naming: z.enum(namings),
    /** Mean of all materials, the axes along which they are told apart, and their variance along each (see `LabelSpace`). */
    offset: vector,
    axes: z.array(vector).min(1),
    between: z.array(z.number().positive()),
    labels: z.array(learnedLabel).min(1),
    /** Labels of the label config that no image has shown. */
    unseen: z.int().nonnegative(),
    /** Masks must pass these filters besides the model's own. */
    filter: z.object({ predictedIou: share, stabilityScore: share }),
    /** What differs from the defaults of mask removal. */
    removal: z.partialRecord(z.enum(['redundantIou', 'compoundShare', 'islandShare']), share),
    /** Raw score → IoU on held-out images; empty: scores stay what they are. */
    confidence: z.array(z.tuple([z.number(), z.number()])),
  })
  .refine(({ labels }) => areDistinct(labels), { error: 'two labels have the same name' })
  .refine(
    ({ offset, axes, between, labels }) =>
      [axes, between, ...axes, ...labels.map(({ mean }) => mean)].every(({ length }) => length === offset.length),
    { error: 'means, offset and axes are not of one size' },
  );

/** A file for `segment --profile`, or the active profile of a project. */
export const materialProfile = z.discriminatedUnion('version', [linearProfile, learnedProfile]);

export type MaterialProfile = z.infer<typeof materialProfile>;
export type LinearProfile = z.infer<typeof linearProfile>;
export type LearnedProfile = z.infer<typeof learnedProfile>;

type LinearLabel = z.infer<typeof linearLabel>;

function areDistinct(labels: readonly { readonly name: string }[]): boolean {
  return new Set(labels.map(({ name }) => name)).size === labels.length;
}

function lengthsOf({ weights, prototypes }: LinearLabel): number[] {
  return [weights.length, ...prototypes.map(({ length }) => length)];
}
