import type { GreyImage } from '../core/micrograph.js';
import { padByRepeating, resizeGrey } from '../core/resize.js';
import type { FloatTensor, FloatTensors, InferenceSession } from '../inference/inference-session.js';
import type { GridGeometry, TextureTokens } from '../core/token-grid.js';
import type { ImageEmbedding, MaskLogits, Prompt, SamModel } from './sam-model.js';

export interface SplitSamOptions {
  /** Longest side, in pixels, to which an image is resized. */
  readonly inputSize: number;
  /** Input pixels per image embedding, mask logit and texture token, along one side. */
  readonly embeddingStride: number;
  readonly maskStride: number;
  readonly tokenStride: number;
}

interface SplitEmbedding extends ImageEmbedding {
  readonly features: FloatTensors;
  /** Input pixels per image pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
}

const tokensName = 'texture_tokens';

/**
 * Our own layout: an encoder that takes a grey image of any size divisible by its stride, and a decoder that takes a batch of
 * prompts over one image. The frame is the resized image itself, extended below and to the right to a multiple of the stride.
 */
export function splitSamAdapter(
  encoder: InferenceSession,
  decoder: InferenceSession,
  options: SplitSamOptions,
): SamModel<SplitEmbedding> {
  const decoderFeatures = decoder.inputs.filter((name) => encoder.outputs.includes(name));
  return {
    async encode(image) {
      const frame = toFrame(image, options);
      const outputs = await encoder.run({ image: { dims: [1, 1, frame.height, frame.width], data: frame.grey } });
      const { scaleX, scaleY } = frame;
      const features = Object.fromEntries(decoderFeatures.map((name) => [name, tensorOf(outputs, name)]));
      const size = { width: image.width, height: image.height };
      return {
        image: size,
        features,
        scaleX,
        scaleY,
        textureTokens: textureTokensOf(outputs, frame, options.tokenStride),
      };
    },
    async decode(embedding, prompts) {
      if (prompts.length === 0) return [];
      const outputs = await decoder.run({
        ...embedding.features,
        ...noEarlierMask(decoder, embedding),
        ...promptTensors(prompts, embedding),
      });
      return splitOutputs(outputs, prompts.length, embedding, options.maskStride);
    },
    async release() {
      await Promise.all([encoder.release(), decoder.release()]);
    },
  };
}

function noEarlierMask(decoder: InferenceSession, { features }: SplitEmbedding): FloatTensors {
  if (!decoder.inputs.includes('mask_input')) return {};
  const [, , rows = 0, columns = 0] = tensorOf(features, 'outlines').dims;
  return { mask_input: { dims: [1, 1, rows, columns], data: new Float32Array(rows * columns) } };
}

interface Frame extends GreyImage {
  readonly scaleX: number;
  readonly scaleY: number;
}

function toFrame(image: GreyImage, { inputSize, embeddingStride }: SplitSamOptions): Frame {
  const scale = inputSize / Math.max(image.width, image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const padded = (side: number): number => Math.ceil(side / embeddingStride) * embeddingStride;
  const frame = padByRepeating(resizeGrey(image, width, height), padded(width), padded(height));
  return { ...frame, scaleX: width / image.width, scaleY: height / image.height };
}

function promptTensors(prompts: readonly Prompt[], { scaleX, scaleY }: SplitEmbedding): FloatTensors {
  const pointsPerPrompt = prompts[0]?.length ?? 0;
  const points = prompts.flat();
  if (points.length !== prompts.length * pointsPerPrompt) throw new RangeError('prompts of one batch differ in length');
  return {
    point_coords: {
      dims: [prompts.length, pointsPerPrompt, 2],
      data: Float32Array.from(points.flatMap(({ x, y }) => [x * scaleX, y * scaleY])),
    },
    point_labels: { dims: [prompts.length, pointsPerPrompt], data: Float32Array.from(points, ({ label }) => label) },
  };
}

function splitOutputs(
  outputs: FloatTensors,
  promptCount: number,
  { scaleX, scaleY }: SplitEmbedding,
  maskStride: number,
): MaskLogits[][] {
  const iou = tensorOf(outputs, 'iou_predictions').data;
  const { data, dims } = tensorOf(outputs, 'low_res_masks');
  const [, masksPerPrompt = 0, rows = 0, columns = 0] = dims;
  const geometry: GridGeometry = {
    columns,
    rows,
    columnsPerPixel: scaleX / maskStride,
    rowsPerPixel: scaleY / maskStride,
  };
  const size = rows * columns;
  const logitsAt = (index: number): MaskLogits => ({
    predictedIou: iou[index] as number,
    map: { ...geometry, logits: data.subarray(index * size, (index + 1) * size) },
  });
  return Array.from({ length: promptCount }, (_, prompt) =>
    Array.from({ length: masksPerPrompt }, (_mask, mask) => logitsAt(prompt * masksPerPrompt + mask)),
  );
}

function textureTokensOf(outputs: FloatTensors, frame: Frame, stride: number): TextureTokens | null {
  const tensor = outputs[tokensName];
  if (tensor === undefined) return null;
  const [, dimensions = 0, rows = 0, columns = 0] = tensor.dims;
  return {
    dimensions,
    rows,
    columns,
    columnsPerPixel: frame.scaleX / stride,
    rowsPerPixel: frame.scaleY / stride,
    tokens: tensor.data,
  };
}

function tensorOf(tensors: FloatTensors, name: string): FloatTensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new RangeError(`the graph gave no output ${name}`);
  return tensor;
}
