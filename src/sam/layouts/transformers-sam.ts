import type { FeedTensors, FloatTensors, InferenceSession } from '../../inference/inference-session.js';
import type { ImageFrame } from '../prepare-image.js';
import { type ImageEmbedding, type Prompt, promptLabels, type SamModel } from '../sam-model.js';
import { fittedPlacement, masksOf, unsupportedPrompt } from './mask-outputs.js';
import { encoderInput } from './meta-sam.js';
import { frameCoordinates, hasBox, pointsPerPrompt } from './prompt-tensors.js';
import { tensorOf } from './tensor-of.js';

interface TransformersEmbedding extends ImageEmbedding {
  readonly features: FloatTensors;
  readonly frame: ImageFrame;
  /** Side of the encoder's input in pixels. */
  readonly side: number;
}

const featureNames = ['image_embeddings', 'image_positional_embeddings'];

/**
 * transformers.js and optimum (SAM 1, SlimSAM, MedSAM): `vision_encoder` and `prompt_encoder_mask_decoder`, which takes all prompts
 * of an image at once and adds padding points by itself.
 */
export function transformersSam(
  encoder: InferenceSession,
  decoder: InferenceSession,
  inputSize: number,
): SamModel<TransformersEmbedding> {
  const takesBoxes = decoder.inputs.includes('input_boxes');
  return {
    async encode(image) {
      const { frame, side, name, tensor } = encoderInput(encoder, image, inputSize);
      const features = await encoder.run({ [name]: tensor }, featureNames);
      const { width, height } = image;
      return { image: { width, height }, textureTokens: null, frame, features, side };
    },
    async decode({ features, frame, side }, prompts, options = {}) {
      if (options.earlierMask !== undefined) throw unsupportedPrompt('earlier mask');
      if (!takesBoxes && prompts.some(hasBox)) throw unsupportedPrompt('box');
      if (prompts.length === 0) return [];
      const boxes = takesBoxes ? boxTensor(prompts, frame) : {};
      const outputs = await decoder.run({ ...features, ...batchedPointTensors(prompts, frame), ...boxes }, [
        'iou_scores',
        'pred_masks',
      ]);
      const place = fittedPlacement(frame, side);
      return masksOf(tensorOf(outputs, 'iou_scores'), tensorOf(outputs, 'pred_masks'), place, options);
    },
    async release() {
      await Promise.all([encoder.release(), decoder.release()]);
    },
  };
}

/** `input_points` [1, prompts, points, 2] and `input_labels` [1, prompts, points] as 64-bit integers; boxes are left out. */
export function batchedPointTensors(prompts: readonly Prompt[], frame: ImageFrame): FeedTensors {
  const clicks = prompts.map((prompt) => prompt.filter((point) => !isCorner(point.label)));
  const count = pointsPerPrompt(clicks);
  const labels = BigInt64Array.from(clicks.flat(), ({ label }) => BigInt(label));
  return {
    input_points: { dims: [1, prompts.length, count, 2], data: frameCoordinates(clicks, frame) },
    input_labels: { dims: [1, prompts.length, count], data: labels },
  };
}

/** `input_boxes` [1, prompts, 4]; no row where no prompt has a box. */
export function boxTensor(prompts: readonly Prompt[], frame: ImageFrame): FeedTensors {
  const corners = prompts.map((prompt) => prompt.filter((point) => isCorner(point.label)));
  const rows = pointsPerPrompt(corners) === 0 ? 0 : prompts.length;
  return { input_boxes: { dims: [1, rows, 4], data: frameCoordinates(corners, frame) } };
}

function isCorner(label: number): boolean {
  return label === promptLabels.boxTopLeft || label === promptLabels.boxBottomRight;
}
