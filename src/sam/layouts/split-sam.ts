import type { GreyImage } from '../../core/micrograph.js';
import { enlargeGrey, padByRepeating, resizeGrey } from '../../core/resize.js';
import type { GridGeometry } from '../../core/token-grid.js';
import type { FloatTensors, InferenceSession } from '../../inference/inference-session.js';
import type { ImageFrame } from '../prepare-image.js';
import type { ImageEmbedding, LogitMap, SamModel } from '../sam-model.js';
import { masksOf, unsupportedPrompt } from './mask-outputs.js';
import { pointTensors } from './prompt-tensors.js';
import { tensorOf } from './tensor-of.js';

/** What is known of a model beside its graphs. */
export interface SplitSamOptions {
  /** Longest side, in pixels, to which an image is resized. */
  readonly inputSize: number;
  /** Both sides of the encoder's input are multiples of this. */
  readonly embeddingStride: number;
}

interface SplitEmbedding extends ImageEmbedding {
  readonly features: FloatTensors;
  readonly frame: ImageFrame;
}

/**
 * Small images are enlarged to the input size, so that masks and tokens have enough cells, but to no more than this many times their own: a
 * lattice would be coarser than any that the model was trained on. Half of the input is filled in any case.
 */
const mostEnlarged = 4;
const leastFilled = 0.5;

const tokensName = 'texture_tokens';

/**
 * Our own layout: an encoder that takes a grey image of any size divisible by its stride, and a decoder that takes a batch of
 * prompts over one image and needs no padding points. The frame is the resized image itself, extended below and to the right to a
 * multiple of the stride; how fine the outputs are is read off their shapes.
 */
export function splitSam(
  encoder: InferenceSession,
  decoder: InferenceSession,
  options: SplitSamOptions,
): SamModel<SplitEmbedding> {
  const takesMask = decoder.inputs.includes('mask_input');
  const decoderFeatures = decoder.inputs.filter((name) => encoder.outputs.includes(name));
  return {
    async encode(image) {
      const { grey, frame } = toFrame(image, options);
      const outputs = await encoder.run({ image: { dims: [1, 1, grey.height, grey.width], data: grey.grey } });
      const features = Object.fromEntries(decoderFeatures.map((name) => [name, tensorOf(outputs, name)]));
      const tokens = outputs[tokensName];
      return {
        image: { width: image.width, height: image.height },
        features,
        frame,
        textureTokens:
          tokens === undefined
            ? null
            : {
                dimensions: tokens.dims[1] ?? 0,
                tokens: tokens.data,
                ...gridOver(frame, tokens.dims),
              },
      };
    },
    async decode({ features, frame }, prompts, options = {}) {
      if (options.earlierMask !== undefined && !takesMask) throw unsupportedPrompt('earlier mask');
      if (prompts.length === 0) return [];
      const outputs = await decoder.run({
        ...features,
        ...(takesMask ? earlierMaskTensor(features, options.earlierMask) : {}),
        ...pointTensors(prompts, frame),
      });
      const logits = tensorOf(outputs, 'low_res_masks');
      return masksOf(tensorOf(outputs, 'iou_predictions'), logits, () => gridOver(frame, logits.dims), options);
    },
    async release() {
      await Promise.all([encoder.release(), decoder.release()]);
    },
  };
}

/** Logits of an earlier mask on the grid of the outlines; zeros say nothing. One map serves all prompts. */
function earlierMaskTensor(features: FloatTensors, earlier: LogitMap | undefined): FloatTensors {
  const [rows = 0, columns = 0] = tensorOf(features, 'outlines').dims.slice(-2);
  return { mask_input: { dims: [1, 1, rows, columns], data: earlier?.logits ?? new Float32Array(rows * columns) } };
}

/** The resized image, extended to the stride, and the frame that it is then. */
function toFrame(
  image: GreyImage,
  { inputSize, embeddingStride }: SplitSamOptions,
): { grey: GreyImage; frame: ImageFrame } {
  const longest = Math.max(image.width, image.height);
  const side = Math.min(inputSize, Math.max(mostEnlarged * longest, leastFilled * inputSize));
  const scale = side / longest;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const extended = (side: number): number => Math.ceil(side / embeddingStride) * embeddingStride;
  const resized = (scale > 1 ? enlargeGrey : resizeGrey)(image, width, height);
  const grey = padByRepeating(resized, extended(width), extended(height));
  const scales = { scaleX: width / image.width, scaleY: height / image.height };
  return { grey, frame: { width: grey.width, height: grey.height, ...scales } };
}

/** A grid [.., rows, columns] that covers the whole extended frame. */
function gridOver(frame: ImageFrame, dims: readonly number[]): GridGeometry {
  const [rows = 0, columns = 0] = dims.slice(-2);
  return {
    rows,
    columns,
    columnsPerPixel: (columns / frame.width) * frame.scaleX,
    rowsPerPixel: (rows / frame.height) * frame.scaleY,
  };
}
