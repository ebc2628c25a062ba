import { thresholdLogits, stabilityScore } from './logit-threshold.js';
import type { MaskProposal } from './mask-proposal.js';
import type { ImageEmbedding, Prompt, SamModel } from './sam-model.js';

/** The best of the masks that the model proposes for one prompt, by predicted IoU; null if it proposes none or an empty one. */
export async function predictMask(
  model: SamModel,
  embedding: ImageEmbedding,
  prompt: Prompt,
): Promise<MaskProposal | null> {
  const [candidates = []] = await model.decode(embedding, [prompt]);
  const best = [...candidates].sort((a, b) => b.predictedIou - a.predictedIou)[0];
  if (best === undefined) return null;
  const { width, height } = embedding.image;
  const window = { x: 0, y: 0, width, height };
  const place = { imageWidth: width, imageHeight: height, window };
  const mask = thresholdLogits(best.map, place, 0);
  if (mask.areaPx === 0) return null;
  return {
    mask,
    predictedIou: Math.min(1, Math.max(0, best.predictedIou)),
    stabilityScore: stabilityScore(best.map, place, 1),
    point: null,
    cropBox: window,
  };
}
