import { z } from 'zod';

const modelFile = z.object({
  /** Relative to the folder of the manifest. */
  path: z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const common = {
  id: z.string().min(1),
  licence: z.string().min(1),
  description: z.string(),
  provenance: z.string(),
};

const unit = z.number().min(0).max(1);

const samModel = z.object({
  ...common,
  kind: z.literal('sam'),
  layout: z.literal('sam-i-am-split'),
  files: z.object({ encoder: modelFile, decoder: modelFile }),
  /** Longest side, in pixels, to which an image is resized before encoding. */
  inputSize: z.number().int().positive(),
  embeddingStride: z.number().int().positive(),
  maskStride: z.number().int().positive(),
  tokenStride: z.number().int().positive(),
  /** The generator's filters, calibrated for these weights (DESIGN section 2). */
  thresholds: z.object({
    predictedIou: unit,
    stabilityScore: unit,
    /** Suppression of near duplicates by the IoU of their boxes (Meta's way), or null. */
    boxNms: unit.nullable(),
    /** The same by the IoU of the masks themselves, or null. */
    maskNms: unit.nullable(),
  }),
});

const textureModel = z.object({
  ...common,
  kind: z.literal('texture'),
  layout: z.literal('crop-encoder'),
  files: z.object({ encoder: modelFile }),
  cropSize: z.number().int().positive(),
  dimensions: z.number().int().positive(),
});

/** The schema of models/manifest.json. */
export const modelManifest = z.object({ models: z.array(z.discriminatedUnion('kind', [samModel, textureModel])) });

export type ModelFile = z.infer<typeof modelFile>;
export type SamModelEntry = z.infer<typeof samModel>;
export type TextureModelEntry = z.infer<typeof textureModel>;
export type ModelEntry = SamModelEntry | TextureModelEntry;
