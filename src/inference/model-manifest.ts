import { z } from 'zod';

const relativePath = z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const modelFile = z.object({
  /** Relative to the folder of the manifest. */
  path: relativePath,
  bytes: z.number().int().positive(),
  sha256,
});

const common = {
  id: z.string().regex(/^\w[\w.-]*$/),
  licence: z.string().min(1),
  description: z.string(),
  provenance: z.string(),
};

const unit = z.number().min(0).max(1);

const sam = {
  ...common,
  kind: z.literal('sam'),
  /** Longest side, in pixels, to which an image is resized before encoding, where the graph leaves it open. */
  inputSize: z.number().int().positive(),
  /** The generator's filters, calibrated for these weights (DESIGN section 2). */
  thresholds: z.object({
    predictedIou: unit,
    stabilityScore: unit,
    /** Suppression of near duplicates by the IoU of their boxes (Meta's way), or null. */
    boxNms: unit.nullable(),
    /** The same by the IoU of the masks themselves, or null. */
    maskNms: unit.nullable(),
  }),
};

/** Our own small model: an encoder for images of any size that is a multiple of `embeddingStride`. */
const splitModel = z.object({
  ...sam,
  layout: z.literal('sam-i-am-split'),
  files: z.object({ encoder: modelFile, decoder: modelFile }),
  embeddingStride: z.number().int().positive(),
});

/** A checkpoint exported by training/sam_export; graphs beyond 2 GB keep their weights in a file beside them. */
const stagedModel = z.object({
  ...sam,
  layout: z.literal('sam-staged'),
  files: z.object({
    encoder: modelFile,
    encoderData: modelFile.optional(),
    imageStage: modelFile,
    promptStage: modelFile,
    maskStage: modelFile,
  }),
});

/** An encoder and a decoder exported by another tool; which layout it is shows in the graphs. */
const pairModel = z.object({
  ...sam,
  layout: z.literal('encoder-decoder'),
  files: z.object({
    encoder: modelFile,
    encoderData: modelFile.optional(),
    decoder: modelFile,
    decoderData: modelFile.optional(),
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

/** The schema of one model: which fields it has hangs on its layout. */
export const modelEntry = z.discriminatedUnion('layout', [splitModel, stagedModel, pairModel, textureModel]);

/** The schema of models/manifest.json. */
export const modelManifest = z.object({ models: z.array(modelEntry) });

/** A public checkpoint that can be pulled: PyTorch weights, which training/sam_export turns into graphs. */
const checkpoint = z.object({
  id: common.id,
  /** Its name where it is published and where it is kept. */
  file: relativePath,
  address: z.url({ protocol: /^https$/ }),
  bytes: z.number().int().positive(),
  sha256,
  licence: z.string().min(1),
  description: z.string(),
});

/** The schema of models/checkpoints.json. */
export const checkpointManifest = z.object({ checkpoints: z.array(checkpoint) });

/** A file of a model: where it lies, how long it is, its sha256. */
export type ModelFile = z.infer<typeof modelFile>;

/** A model as a manifest lists it. */
export type ModelEntry = z.infer<typeof modelEntry>;

/** A model that segments, of whatever layout. */
export type SamModelEntry = Extract<ModelEntry, { kind: 'sam' }>;

/** A public checkpoint as models/checkpoints.json lists it. */
export type Checkpoint = z.infer<typeof checkpoint>;

/** The files of a model, those left out of an entry left out. */
export function filesOf(entry: ModelEntry): ModelFile[] {
  return Object.values(entry.files).flatMap((file: ModelFile | undefined) => file ?? []);
}
