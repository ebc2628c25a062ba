import { boxArea, boxIou } from '../core/box.js';
import type { Mask } from '../core/mask.js';
import { maskIou } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import { nonMaximumSuppression } from '../core/non-maximum-suppression.js';
import type { Point } from '../core/point-grid.js';
import { pointGrid } from '../core/point-grid.js';
import { cropGrey } from '../core/resize.js';
import type { LayerCrop } from './crop-layers.js';
import { cropLayers, isCutByCrop } from './crop-layers.js';
import type { LogitWindow } from './logit-threshold.js';
import { stabilityScore, thresholdLogits } from './logit-threshold.js';
import type { MaskProposal } from './mask-proposal.js';
import type { ImageEmbedding, MaskLogits, SamModel } from './sam-model.js';
import { promptLabels } from './sam-model.js';

/** The generator's filters, calibrated per model (models/manifest.json). */
export interface GeneratorThresholds {
  /** Keep masks with a predicted IoU above this. */
  readonly predictedIou: number;
  /** Keep masks with at least this stability score. */
  readonly stabilityScore: number;
  /** Suppress near duplicates whose boxes overlap by more than this IoU; null: don't. */
  readonly boxNms: number | null;
  /** The same for the masks themselves: layers side by side may have equal boxes, yet nothing in common. */
  readonly maskNms: number | null;
}

export interface GeneratorOptions {
  /** n₀: the grid of layer 0 has n₀ × n₀ points (the paper: 16). */
  readonly pointsPerSide: number;
  /** Crop layers beyond the image itself. */
  readonly layers: number;
  /** f: layer i has n₀ / fⁱ points per side. */
  readonly pointsDownscale: number;
  /** Prompts per decoder run. */
  readonly pointsPerBatch: number;
  readonly thresholds: GeneratorThresholds;
}

/** Called around the two costly steps, so that a caller can time them or stop between them. */
export type MeasureStep = <Value>(step: 'encode' | 'prompt', work: () => Promise<Value>) => Promise<Value>;

export interface GeneratedMasks {
  /** Best predicted IoU first, unless crops were used: then smaller crops first. */
  readonly proposals: readonly MaskProposal[];
  /** The embedding of the whole image. */
  readonly embedding: ImageEmbedding;
}

const stabilityOffset = 1;
const maskThreshold = 0;

/** SAM+ (DESIGN section 2): prompts a grid of points, layer by layer, and keeps the masks that SAM itself trusts. */
export async function generateMasks(
  model: SamModel,
  image: GreyImage,
  options: GeneratorOptions,
  measure: MeasureStep,
): Promise<GeneratedMasks> {
  const crops = cropLayers(image.width, image.height, options.layers);
  const whole = crops[0];
  if (whole === undefined) throw new RangeError('no crop');
  const first = await masksOfCrop(model, image, whole, options, measure);
  const proposals = [...first.proposals];
  for (const crop of crops.slice(1)) {
    const more = await masksOfCrop(model, image, crop, options, measure);
    proposals.push(...more.proposals);
  }
  const smallerCropsFirst = (proposal: MaskProposal): number => 1 / boxArea(proposal.cropBox);
  return {
    embedding: first.embedding,
    proposals: crops.length > 1 ? suppressDuplicates(proposals, smallerCropsFirst, options.thresholds) : proposals,
  };
}

async function masksOfCrop(
  model: SamModel,
  image: GreyImage,
  crop: LayerCrop,
  options: GeneratorOptions,
  measure: MeasureStep,
): Promise<GeneratedMasks> {
  const { box } = crop;
  const embedding = await measure('encode', () => model.encode(cropGrey(image, box.x, box.y, box.width, box.height)));
  const place = { imageWidth: image.width, imageHeight: image.height, window: box };
  const points = gridOf(crop, options);
  const proposals: MaskProposal[] = [];
  for (let start = 0; start < points.length; start += options.pointsPerBatch) {
    const batch = points.slice(start, start + options.pointsPerBatch);
    const decoded = await measure('prompt', async () => {
      const prompts = batch.map((point) => [{ ...point, label: promptLabels.foreground }]);
      const masks = await model.decode(embedding, prompts);
      return masks.flatMap((candidates, index) => trusted(candidates, batch[index] ?? null, place, options.thresholds));
    });
    proposals.push(...decoded);
  }
  return {
    embedding,
    proposals: suppressDuplicates(proposals, (proposal) => proposal.predictedIou, options.thresholds),
  };
}

/** The grid's points in pixels of the crop. */
function gridOf({ layer, box }: LayerCrop, { pointsPerSide, pointsDownscale }: GeneratorOptions): Point[] {
  const perSide = Math.max(1, Math.trunc(pointsPerSide / pointsDownscale ** layer));
  return pointGrid(perSide).map(({ x, y }) => ({ x: x * box.width, y: y * box.height }));
}

/** Filters in the order of their cost: predicted IoU before any mask is made, stability from counts, the mask last. */
function trusted(
  candidates: readonly MaskLogits[],
  point: Point | null,
  place: LogitWindow,
  thresholds: GeneratorThresholds,
): MaskProposal[] {
  const proposals: MaskProposal[] = [];
  for (const { predictedIou, map } of candidates) {
    if (!(predictedIou > thresholds.predictedIou)) continue;
    const stability = stabilityScore(map, place, stabilityOffset);
    if (!(stability >= thresholds.stabilityScore)) continue;
    const mask = thresholdLogits(map, place, maskThreshold);
    if (mask.areaPx === 0 || isCutByCrop(mask.box, place.window, place.imageWidth, place.imageHeight)) continue;
    const promptedAt = point && { x: point.x + place.window.x, y: point.y + place.window.y };
    // The IoU head is a regression and may leave the unit interval by a little.
    const score = Math.min(1, predictedIou);
    proposals.push({ mask, predictedIou: score, stabilityScore: stability, point: promptedAt, cropBox: place.window });
  }
  return proposals;
}

function suppressDuplicates(
  proposals: readonly MaskProposal[],
  score: (proposal: MaskProposal) => number,
  { boxNms, maskNms }: GeneratorThresholds,
): readonly MaskProposal[] {
  let kept = proposals;
  if (boxNms !== null) kept = nonMaximumSuppression(kept, score, (a, b) => boxIou(a.mask.box, b.mask.box), boxNms);
  if (maskNms !== null) {
    kept = nonMaximumSuppression(kept, score, (a, b) => iouIfAbove(a.mask, b.mask, maskNms), maskNms);
  }
  return kept;
}

/** The IoU of two masks, or 0 where the ratio of their areas, which bounds it, already shows that it isn't above the threshold. */
function iouIfAbove(a: Mask, b: Mask, threshold: number): number {
  const bound = Math.min(a.areaPx, b.areaPx) / Math.max(a.areaPx, b.areaPx);
  return bound > threshold ? maskIou(a, b) : 0;
}
