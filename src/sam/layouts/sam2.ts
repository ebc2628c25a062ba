import type { GreyImage } from '../../core/micrograph.js';
import type { FeedTensors, FloatTensor, FloatTensors, InferenceSession } from '../../inference/inference-session.js';
import { type ImageFrame, normalisedChannels, resizeToFrame, stretchTo } from '../prepare-image.js';
import type { DecodeOptions, ImageEmbedding, Prompt, SamModel } from '../sam-model.js';
import { masksOf, stretchedPlacement, unsupportedPrompt } from './mask-outputs.js';
import { pointTensors } from './prompt-tensors.js';
import { tensorOf } from './tensor-of.js';
import { batchedPointTensors, boxTensor } from './transformers-sam.js';

interface Sam2Embedding extends ImageEmbedding {
  readonly features: FloatTensors;
  readonly frame: ImageFrame;
}

/** SAM 2 and 2.1: the image is stretched to a square, not padded, and the decoder adds padding points by itself. */
interface Sam2Dialect {
  readonly outputs: readonly [scores: string, masks: string];
  readonly takesEarlierMask: boolean;
  feeds(prompts: readonly Prompt[], embedding: Sam2Embedding, options: DecodeOptions): FeedTensors;
}

/** Input pixels per cell of the coarsest embedding, and cells of the mask prompt per cell. */
const maskCellsPerEmbeddingCell = 4;

/** The layout of samexporter: `image_embed`, `high_res_feats_0`, `high_res_feats_1`. */
export function sam2Exporter(
  encoder: InferenceSession,
  decoder: InferenceSession,
  inputSize: number,
): SamModel<Sam2Embedding> {
  return sam2(encoder, decoder, inputSize, {
    outputs: ['iou_predictions', 'masks'],
    takesEarlierMask: true,
    feeds: (prompts, embedding, { earlierMask }) => ({
      ...pointTensors(prompts, embedding.frame),
      ...maskTensors(tensorOf(embedding.features, 'image_embed'), prompts.length, decoder, earlierMask?.logits),
    }),
  });
}

/** The layout of transformers.js (SAM 2.1, EdgeTAM): `image_embeddings.0` to `.2`. */
export function sam2Transformers(
  encoder: InferenceSession,
  decoder: InferenceSession,
  inputSize: number,
): SamModel<Sam2Embedding> {
  return sam2(encoder, decoder, inputSize, {
    outputs: ['iou_scores', 'pred_masks'],
    takesEarlierMask: false,
    feeds: (prompts, { frame }) => ({ ...batchedPointTensors(prompts, frame), ...boxTensor(prompts, frame) }),
  });
}

function sam2(
  encoder: InferenceSession,
  decoder: InferenceSession,
  inputSize: number,
  dialect: Sam2Dialect,
): SamModel<Sam2Embedding> {
  const shared = encoder.outputs.filter((name) => decoder.inputs.includes(name));
  return {
    async encode(image) {
      const { frame, feeds } = stretched(encoder, image, inputSize);
      const features = await encoder.run(feeds, shared);
      return { image: { width: image.width, height: image.height }, textureTokens: null, frame, features };
    },
    async decode(embedding, prompts, options = {}) {
      if (options.earlierMask !== undefined && !dialect.takesEarlierMask) throw unsupportedPrompt('earlier mask');
      if (prompts.length === 0) return [];
      const [scores, masks] = dialect.outputs;
      const feeds = { ...embedding.features, ...dialect.feeds(prompts, embedding, options) };
      const outputs = await decoder.run(feeds, dialect.outputs);
      return masksOf(tensorOf(outputs, scores), tensorOf(outputs, masks), stretchedPlacement(embedding.image), options);
    },
    async release() {
      await Promise.all([encoder.release(), decoder.release()]);
    },
  };
}

function stretched(
  encoder: InferenceSession,
  image: GreyImage,
  inputSize: number,
): { readonly frame: ImageFrame; readonly feeds: FeedTensors } {
  const name = encoder.inputs[0] ?? '';
  const [height, width] = (encoder.specOf(name)?.shape ?? []).slice(-2).map((side) => side ?? inputSize);
  const frame = stretchTo(image, width ?? inputSize, height ?? inputSize);
  const data = normalisedChannels(resizeToFrame(image, frame), frame.width, frame.height);
  return { frame, feeds: { [name]: { dims: [1, 3, frame.height, frame.width], data } } };
}

function maskTensors(
  embedding: FloatTensor,
  prompts: number,
  decoder: InferenceSession,
  logits: Float32Array | undefined,
): FeedTensors {
  const [rows = 0, columns = 0] = embedding.dims.slice(-2).map((side) => side * maskCellsPerEmbeddingCell);
  const flags = decoder.specOf('has_mask_input')?.shape[0] === 1 ? 1 : prompts;
  return {
    mask_input: { dims: [prompts, 1, rows, columns], data: logits ?? new Float32Array(prompts * rows * columns) },
    has_mask_input: { dims: [flags], data: new Float32Array(flags).fill(logits === undefined ? 0 : 1) },
  };
}
