import { z } from 'zod';

const vector = z.array(z.number()).min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

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

/** One of the ways in which learned names are given. */
export type Naming = (typeof namings)[number];

/**
 * What was learned from the accepted annotations of a project (`train`): names for textures, the filters that suit its micrographs, and what
 * scores are worth there. It belongs to one texture encoder, named by the digest of its file; a file for `segment --profile`, or the active
 * profile of a project.
 */
export const materialProfile = z
  .object({
    format: z.literal('sam-i-am-profile'),
    /** Version 1 was a classifier of crops, trained elsewhere. */
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

/** What a project has learned, as it is stored. */
export type MaterialProfile = z.infer<typeof materialProfile>;

function areDistinct(labels: readonly { readonly name: string }[]): boolean {
  return new Set(labels.map(({ name }) => name)).size === labels.length;
}
