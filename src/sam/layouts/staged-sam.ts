import type { FloatTensor, FloatTensors, InferenceSession } from '../../inference/inference-session.js';
import type { ImageFrame } from '../prepare-image.js';
import type { DecodeOptions, ImageEmbedding, LogitMap, MaskLogits, SamModel } from '../sam-model.js';
import { chosenMasks, fittedPlacement } from './mask-outputs.js';
import { earlierMaskTensors, encoderInput } from './meta-sam.js';
import { pointTensors, withPadding } from './prompt-tensors.js';
import { tensorOf } from './tensor-of.js';

/** The graphs that training/sam_export makes of a checkpoint of SAM, MobileSAM or micro-sam. */
export interface StagedGraphs {
  readonly encoder: InferenceSession;
  /** What the first block needs of the image (and of an earlier mask), shared by all prompts. */
  readonly imageStage: InferenceSession;
  /** Prompts to predicted IoUs, mask weights and attended image tokens. */
  readonly promptStage: InferenceSession;
  /** Attended image tokens and mask weights to logits. */
  readonly maskStage: InferenceSession;
}

interface StagedEmbedding extends ImageEmbedding {
  readonly features: FloatTensor;
  readonly imageTensors: FloatTensors;
  readonly frame: ImageFrame;
  readonly side: number;
}

/** Meta's numbers for less work: the predicted IoU comes before any mask is made, and only wanted masks are made. */
export function stagedSam(graphs: StagedGraphs, inputSize: number): SamModel<StagedEmbedding> {
  const { encoder, imageStage, promptStage, maskStage } = graphs;
  const projectImage = (features: FloatTensor, earlier?: LogitMap): Promise<FloatTensors> =>
    imageStage.run({ image_embeddings: features, ...earlierMaskTensors(features, earlier?.logits) });
  return {
    async encode(image) {
      const { frame, side, name, tensor } = encoderInput(encoder, image, inputSize);
      const features = tensorOf(await encoder.run({ [name]: tensor }), 'image_embeddings');
      const { width, height } = image;
      return {
        image: { width, height },
        textureTokens: null,
        features,
        imageTensors: await projectImage(features),
        frame,
        side,
      };
    },
    async decode({ features, imageTensors, frame, side }, prompts, options = {}) {
      if (prompts.length === 0) return [];
      const { earlierMask } = options;
      const image = earlierMask === undefined ? imageTensors : await projectImage(features, earlierMask);
      const answers = await promptStage.run({ ...pointTensors(withPadding(prompts), frame), ...image });
      const chosen = chooseMasks(tensorOf(answers, 'iou_predictions'), options);
      return makeMasks(maskStage, answers, chosen, fittedPlacement(frame, side));
    },
    async release() {
      await Promise.all([encoder, imageStage, promptStage, maskStage].map((session) => session.release()));
    },
  };
}

interface ChosenMask {
  /** Place among the four. */
  readonly mask: number;
  readonly predictedIou: number;
}

function chooseMasks(scores: FloatTensor, { wanted = () => true, output = 'three' }: DecodeOptions): ChosenMask[][] {
  const [prompts = 0, perPrompt = 0] = scores.dims;
  return Array.from({ length: prompts }, (_, prompt) => {
    const scoreOf = (mask: number): number => scores.data[prompt * perPrompt + mask] as number;
    return chosenMasks(perPrompt, scoreOf, output)
      .map((mask) => ({ mask, predictedIou: scoreOf(mask) }))
      .filter(({ predictedIou }) => wanted(predictedIou));
  });
}

/**
 * Runs the mask stage for the prompts of which a mask was chosen, one at a time, so that its inner maps stay in the cache; with all of the
 * prompt's weights: a further mask costs next to nothing.
 */
async function makeMasks(
  maskStage: InferenceSession,
  answers: FloatTensors,
  chosen: readonly (readonly ChosenMask[])[],
  place: (rows: number, columns: number) => Omit<LogitMap, 'logits'>,
): Promise<MaskLogits[][]> {
  const weights = tensorOf(answers, 'mask_weights');
  const tokens = tensorOf(answers, 'attended_tokens');
  const masks: MaskLogits[][] = chosen.map(() => []);
  for (const [prompt, masksOfPrompt] of chosen.entries()) {
    if (masksOfPrompt.length === 0) continue;
    const outputs = await maskStage.run({
      attended_tokens: rowOf(tokens, prompt),
      mask_weights: rowOf(weights, prompt),
    });
    const logits = tensorOf(outputs, 'low_res_masks');
    const [rows = 0, columns = 0] = logits.dims.slice(-2);
    const size = rows * columns;
    masks[prompt] = masksOfPrompt.map(({ mask, predictedIou }) => {
      const map = { ...place(rows, columns), logits: logits.data.subarray(mask * size, (mask + 1) * size) };
      return { predictedIou, map };
    });
  }
  return masks;
}

/** One entry of a tensor's first axis, as a view. */
function rowOf({ dims, data }: FloatTensor, row: number): FloatTensor {
  const shape = [1, ...dims.slice(1)];
  const size = shape.reduce((product, side) => product * side, 1);
  return { dims: shape, data: data.subarray(row * size, (row + 1) * size) };
}
