import type { GreyImage } from '../../core/micrograph.js';
import type { FeedTensor, FeedTensors, FloatTensor, InferenceSession } from '../../inference/inference-session.js';
import {
  fitInto,
  type ImageFrame,
  interleavedLevels,
  levelChannels,
  normalisedChannels,
  resizeToFrame,
} from '../prepare-image.js';
import type { DecodeOptions, ImageEmbedding, MaskLogits, Prompt, SamModel } from '../sam-model.js';
import { fittedPlacement, masksOf, unsupportedPrompt } from './mask-outputs.js';
import { pointsPerPrompt, pointTensors, withPadding } from './prompt-tensors.js';
import { tensorOf } from './tensor-of.js';

interface MetaEmbedding extends ImageEmbedding {
  readonly features: FloatTensor;
  readonly frame: ImageFrame;
  /** The square, in input pixels, that the embedding covers. */
  readonly side: number;
}

/**
 * Meta's decoder export with an encoder of its own, the exports of samexporter and AnyLabeling, and EdgeSAM's. They differ in what
 * the encoder expects (read off its input) and in names. Only low-resolution masks are fetched: the full-size ones inside such
 * graphs are often frozen to the aspect ratio of the image that was at hand when they were exported.
 */
export function metaSam(
  encoder: InferenceSession,
  decoder: InferenceSession,
  inputSize: number,
): SamModel<MetaEmbedding> {
  const names = decoder.outputs.includes('iou_predictions')
    ? { scores: 'iou_predictions', masks: 'low_res_masks' }
    : { scores: 'scores', masks: 'masks' };
  const takesMask = decoder.inputs.includes('mask_input');
  // Some exports take a batch of prompts; Meta's takes one.
  const batched = decoder.specOf('point_coords')?.shape[0] === null && !takesMask;

  const decodeBatch = async (embedding: MetaEmbedding, prompts: readonly Prompt[], options: DecodeOptions) => {
    const feeds = {
      image_embeddings: embedding.features,
      ...pointTensors(withPadding(prompts), embedding.frame),
      ...(takesMask ? earlierMaskTensors(embedding.features, options.earlierMask?.logits) : {}),
      ...(decoder.inputs.includes('orig_im_size') ? { orig_im_size: imageSize(embedding) } : {}),
    };
    const outputs = await decoder.run(feeds, [names.scores, names.masks]);
    const place = fittedPlacement(embedding.frame, embedding.side);
    return masksOf(tensorOf(outputs, names.scores), tensorOf(outputs, names.masks), place, options);
  };

  return {
    async encode(image) {
      const { frame, side, name, tensor } = encoderInput(encoder, image, inputSize);
      const features = tensorOf(await encoder.run({ [name]: tensor }, ['image_embeddings']), 'image_embeddings');
      return { image: { width: image.width, height: image.height }, textureTokens: null, frame, side, features };
    },
    async decode(embedding, prompts, options = {}) {
      if (options.earlierMask !== undefined && !takesMask) throw unsupportedPrompt('earlier mask');
      pointsPerPrompt(prompts);
      if (batched) return prompts.length === 0 ? [] : decodeBatch(embedding, prompts, options);
      const masks: MaskLogits[][] = [];
      for (const prompt of prompts) masks.push(...(await decodeBatch(embedding, [prompt], options)));
      return masks;
    },
    async release() {
      await Promise.all([encoder.release(), decoder.release()]);
    },
  };
}

function imageSize({ image }: MetaEmbedding): FeedTensor {
  return { dims: [2], data: Float32Array.of(image.height, image.width) };
}

/** `mask_input` and `has_mask_input`; the grid is four times as fine as the embedding's. */
export function earlierMaskTensors(features: FloatTensor, logits: Float32Array | undefined): FeedTensors {
  const [rows = 0, columns = 0] = features.dims.slice(-2).map((side) => side * 4);
  return {
    mask_input: { dims: [1, 1, rows, columns], data: logits ?? new Float32Array(rows * columns) },
    has_mask_input: { dims: [1], data: Float32Array.of(logits === undefined ? 0 : 1) },
  };
}

interface EncoderInput {
  readonly frame: ImageFrame;
  /** The square, in input pixels, that the graph sees in the end. */
  readonly side: number;
  readonly name: string;
  readonly tensor: FeedTensor;
}

/**
 * What the encoder expects, read off its only input: [h, w, 3] takes grey levels and prepares them in the graph (samexporter), [1, 3, h, w]
 * with free sides likewise (AnyLabeling's EdgeSAM), [1, 3, s, s] takes a normalised, padded square.
 */
export function encoderInput(encoder: InferenceSession, image: GreyImage, inputSize: number): EncoderInput {
  const name = encoder.inputs[0] ?? '';
  const shape = encoder.specOf(name)?.shape ?? [];
  const interleaved = shape.length === 3;
  const [fixedHeight, fixedWidth] = interleaved ? shape : shape.slice(2);
  const fixed = fixedHeight && fixedWidth ? { width: fixedWidth, height: fixedHeight } : undefined;
  const room = fixed ?? { width: inputSize, height: inputSize };
  const frame = fitInto(image, room.width, room.height);
  const levels = resizeToFrame(image, frame);
  if (interleaved) {
    const { width, height } = fixed ?? levels;
    const tensor = { dims: [height, width, 3], data: interleavedLevels(levels, width, height) };
    return { frame, side: inputSize, name, tensor };
  }
  if (fixed === undefined && name === 'image') {
    const tensor = { dims: [1, 3, levels.height, levels.width], data: levelChannels(levels) };
    return { frame, side: inputSize, name, tensor };
  }
  const data = normalisedChannels(levels, room.width, room.height);
  return { frame, side: room.width, name, tensor: { dims: [1, 3, room.height, room.width], data } };
}
