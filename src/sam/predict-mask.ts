import { SamIAmError } from '../core/errors.js';
import { unionOf } from '../core/mask.js';
import type { UserPrompt } from '../core/user-prompt.js';
import { thresholdLogits } from './logit-threshold.js';
import type { MaskProposal } from './mask-proposal.js';
import {
  type ImageEmbedding,
  type LogitMap,
  type Prompt,
  promptLabels,
  type PromptPoint,
  type SamModel,
} from './sam-model.js';

/** A proposal that can be refined: its logits may go with the next prompt as an earlier mask. */
export interface PromptedMask extends MaskProposal {
  readonly logits: LogitMap;
}

/**
 * The model's proposals for one prompt, best predicted IoU first: three where one point leaves open what is meant (part, whole,
 * or more), one where several points or a box say it. Empty masks are left out. `earlierMask` is refined, if the model can do that.
 */
export async function predictMasks(
  model: SamModel,
  embedding: ImageEmbedding,
  prompt: Prompt,
  earlierMask?: LogitMap,
): Promise<PromptedMask[]> {
  const output = prompt.length === 1 && earlierMask === undefined ? 'three' : 'one';
  const refined = earlierMask === undefined ? {} : { earlierMask };
  const [candidates = []] = await model.decode(embedding, [prompt], { output, ...refined });
  const { width, height } = embedding.image;
  const window = { x: 0, y: 0, width, height };
  const place = { imageWidth: width, imageHeight: height, window };
  return candidates
    .map(({ predictedIou, map }) => ({
      ...thresholdLogits(map, place),
      predictedIou: Math.min(1, Math.max(0, predictedIou)),
      point: null,
      cropBox: window,
      logits: map,
    }))
    .filter(({ mask }) => mask.areaPx > 0)
    .sort((a, b) => b.predictedIou - a.predictedIou);
}

/**
 * The one mask that a user's points and boxes mean; null if the model finds none. SAM has room for one box per prompt, so that each box
 * is a prompt of its own and the answer is their union; its scores are those of the least sure part.
 */
export async function predictMask(
  model: SamModel,
  embedding: ImageEmbedding,
  prompt: UserPrompt,
): Promise<MaskProposal | null> {
  const parts: MaskProposal[] = [];
  for (const part of promptsOf(prompt)) {
    const [best] = await predictMasks(model, embedding, part);
    if (best !== undefined) parts.push(best);
  }
  const [first, ...others] = parts;
  if (first === undefined) return null;
  const { mask, point, cropBox } = first;
  return {
    mask: unionOf(mask, ...others.map((other) => other.mask)),
    predictedIou: Math.min(...parts.map(({ predictedIou }) => predictedIou)),
    stabilityScore: Math.min(...parts.map(({ stabilityScore }) => stabilityScore)),
    point,
    cropBox,
  };
}

/** One prompt per box, with the positive points in it and all negative ones; one more for positive points that lie in no box. */
export function promptsOf({ points, boxes }: UserPrompt): Prompt[] {
  const negative = points.filter(({ positive }) => !positive);
  const positive = points.filter((point) => point.positive);
  if (positive.length === 0 && boxes.length === 0) {
    throw new SamIAmError('request.invalid', 'there are only negative points', {
      hint: 'Add a positive point or a box on what is meant.',
    });
  }
  const isIn = ({ x, y }: { readonly x: number; readonly y: number }, box: UserPrompt['boxes'][number]): boolean =>
    x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height;
  const outside = positive.filter((point) => !boxes.some((box) => isIn(point, box)));
  const ofBoxes = boxes.map((box) => [
    ...[...positive.filter((point) => isIn(point, box)), ...negative].map(toPromptPoint),
    { x: box.x, y: box.y, label: promptLabels.boxTopLeft },
    { x: box.x + box.width, y: box.y + box.height, label: promptLabels.boxBottomRight },
  ]);
  return outside.length === 0 ? ofBoxes : [...ofBoxes, [...outside, ...negative].map(toPromptPoint)];
}

function toPromptPoint({ x, y, positive }: UserPrompt['points'][number]): PromptPoint {
  return { x, y, label: positive ? promptLabels.foreground : promptLabels.background };
}
