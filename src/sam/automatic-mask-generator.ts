import { type Box, boxArea, boxIou } from '../core/box.js';
import { type Mask, maskIou } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import { nonMaximumSuppression } from '../core/non-maximum-suppression.js';
import type { Point } from '../core/point-grid.js';
import { cropGrey } from '../core/resize.js';
import { cropLayers, isCutByCrop, type LayerCrop } from './crop-layers.js';
import { LogitThresholder, type LogitWindow } from './logit-threshold.js';
import type { MaskProposal } from './mask-proposal.js';
import { pointsToAsk } from './points-to-ask.js';
import { coarseToFine, gridPoints } from './prompt-schedule.js';
import { type ImageEmbedding, type LogitMap, promptLabels, type SamModel } from './sam-model.js';
import { withoutSmallRegions } from './small-regions.js';
import { SureDuplicates } from './sure-duplicates.js';
import { type UnexplainedOptions, unexplainedPoints } from './unexplained-points.js';

/** The generator's filters, calibrated per model (models/manifest.json). */
export interface GeneratorThresholds {
  /** Keep masks with a predicted IoU above this; 0: keep all. */
  readonly predictedIou: number;
  /** Keep masks with at least this stability score; 0: keep all. */
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
  /** Fill holes and drop islands below this many pixels, then suppress again; 0: leave masks as they are. */
  readonly leastRegionPx: number;
  /** `full` prompts every point of the grid, as Meta's generator; `coarse-to-fine`, on a whole image with texture tokens, only those that masks of a coarser grid leave unexplained. */
  readonly schedule: 'full' | 'coarse-to-fine';
  /** Further prompts on the whole image where the masks found leave its texture unexplained; null: none, as Meta's generator. */
  readonly followUp: UnexplainedOptions | null;
  readonly thresholds: GeneratorThresholds;
}

/** Called around the two costly steps, so that a caller can time them or stop between them. */
export type MeasureStep = <Value>(step: 'encode' | 'prompt', work: () => Promise<Value>) => Promise<Value>;

export interface GeneratedMasks {
  /** Best predicted IoU first, unless crops were used: then smaller crops first. */
  readonly proposals: readonly MaskProposal[];
  /** The embedding of the whole image. */
  readonly embedding: ImageEmbedding;
  /** Points that were prompted, over all crops. */
  readonly prompts: number;
}

/** SAM+ (DESIGN section 2): prompts a grid of points, layer by layer, and keeps the masks that SAM itself trusts. */
export async function generateMasks(
  model: SamModel,
  image: GreyImage,
  options: GeneratorOptions,
  measure: MeasureStep,
  encoded?: ImageEmbedding,
): Promise<GeneratedMasks> {
  const [whole, ...smaller] = cropLayers(image.width, image.height, options.layers);
  if (whole === undefined) throw new RangeError('no crop');
  const first = await masksOfCrop(model, image, whole, options, measure, encoded);
  const found = [first];
  for (const crop of smaller) found.push(await masksOfCrop(model, image, crop, options, measure));
  const all = found.flatMap(({ proposals }) => proposals);
  const distinct = smaller.length > 0 ? suppressDuplicates(all, smallerCropsFirst, options.thresholds) : all;
  const cleaned = options.leastRegionPx > 0 ? withCleanedMasks(distinct, options) : distinct;
  return {
    embedding: first.embedding,
    prompts: found.reduce((sum, { prompts }) => sum + prompts, 0),
    proposals: cleaned.map((proposal) => ({ ...proposal, predictedIou: clampToUnit(proposal.predictedIou) })),
  };
}

interface CropMasks {
  readonly proposals: readonly MaskProposal[];
  readonly embedding: ImageEmbedding;
  readonly prompts: number;
}

async function masksOfCrop(
  model: SamModel,
  image: GreyImage,
  { box, layer }: LayerCrop,
  options: GeneratorOptions,
  measure: MeasureStep,
  encoded?: ImageEmbedding,
): Promise<CropMasks> {
  const embedding =
    encoded ?? (await measure('encode', () => model.encode(cropGrey(image, box.x, box.y, box.width, box.height))));
  const place = { imageWidth: image.width, imageHeight: image.height, window: box };
  const { thresholds } = options;
  const decodeAll = (points: readonly Point[]) => masksAtAll(points, model, embedding, place, options, measure);
  const distinctFrom = (all: readonly Candidate[]) =>
    measure('prompt', () => Promise.resolve(distinctOf(all, place, thresholds)));
  const candidates: Candidate[] = [];
  let distinct: readonly MaskProposal[] = [];
  let prompts = 0;
  const { textureTokens } = embedding;
  for (const level of levelsOf(layer, box, options, textureTokens !== null)) {
    const masks = distinct.map(({ mask }) => mask);
    const points = textureTokens === null || layer > 0 ? level : pointsToAsk(level, masks, textureTokens);
    prompts += points.length;
    candidates.push(...(await decodeAll(points)));
    distinct = await distinctFrom(candidates);
  }
  const points = layer === 0 ? followUpPoints(image, distinct, embedding, options.followUp) : [];
  if (points.length === 0) return { embedding, prompts, proposals: distinct };
  return {
    embedding,
    prompts: prompts + points.length,
    proposals: await distinctFrom([...distinct, ...(await decodeAll(points))]),
  };
}

function followUpPoints(
  image: GreyImage,
  proposals: readonly MaskProposal[],
  { textureTokens }: ImageEmbedding,
  options: UnexplainedOptions | null,
): Point[] {
  if (options === null || textureTokens === null) return [];
  return unexplainedPoints(
    image,
    proposals.map(({ mask }) => mask),
    textureTokens,
    options,
  );
}

async function masksAtAll(
  points: readonly Point[],
  model: SamModel,
  embedding: ImageEmbedding,
  place: LogitWindow,
  { pointsPerBatch, thresholds }: GeneratorOptions,
  measure: MeasureStep,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  let room = mayBeSuppressedUnseen(thresholds) ? mostWaitingBytes : 0;
  for (let start = 0; start < points.length; start += pointsPerBatch) {
    const batch = points.slice(start, start + pointsPerBatch);
    const decoded = await measure('prompt', async () => {
      const waiting = await masksAt(batch, model, embedding, place, thresholds);
      room -= waiting.reduce((bytes, { map }) => bytes + map.logits.byteLength, 0);
      return room >= 0 ? waiting : trustedOf(waiting, place, thresholds);
    });
    candidates.push(...decoded);
  }
  return candidates;
}

/** The grid's points in pixels of the crop, in the order in which they are prompted. */
function levelsOf(layer: number, { width, height }: Box, options: GeneratorOptions, hasTokens: boolean) {
  const perSide = Math.max(1, Math.trunc(options.pointsPerSide / options.pointsDownscale ** layer));
  const points = gridPoints(perSide, width, height);
  return options.schedule === 'coarse-to-fine' && hasTokens && layer === 0 ? coarseToFine(points, perSide) : [points];
}

/** A mask that is still a map at low resolution: to make it costs more than all that comes before. */
interface WaitingMask {
  readonly predictedIou: number;
  readonly map: LogitMap;
  /** In pixels of the image. */
  readonly point: Point;
}

type Candidate = MaskProposal | WaitingMask;

/** Beyond that masks are made at once. */
const mostWaitingBytes = 64_000_000;

/** Whether a better mask can suppress one that was never made. Boxes come first where they count, and need it. */
function mayBeSuppressedUnseen({ boxNms, maskNms }: GeneratorThresholds): boolean {
  return boxNms === null && maskNms !== null;
}

/** One batch of prompts, one point each. Filters come in the order of their cost: predicted IoU before any mask is made. */
async function masksAt(
  points: readonly Point[],
  model: SamModel,
  embedding: ImageEmbedding,
  { window }: LogitWindow,
  thresholds: GeneratorThresholds,
): Promise<WaitingMask[]> {
  const prompts = points.map(({ x, y }) => [{ x, y, label: promptLabels.foreground }]);
  const wanted = (iou: number): boolean => thresholds.predictedIou === 0 || iou > thresholds.predictedIou;
  const decoded = await model.decode(embedding, prompts, { wanted });
  return decoded.flatMap((masks, index) => {
    const { x, y } = points[index] as Point;
    const point = { x: x + window.x, y: y + window.y };
    return masks.map((mask) => ({ ...mask, point }));
  });
}

/** Makes the masks that wait, and leaves out those that SAM itself does not trust. */
function trustedOf(
  candidates: readonly Candidate[],
  place: LogitWindow,
  thresholds: GeneratorThresholds,
): MaskProposal[] {
  const thresholder = new LogitThresholder(place);
  return candidates.flatMap((candidate) =>
    'mask' in candidate ? candidate : (trusted(candidate, thresholder, thresholds) ?? []),
  );
}

function trusted(
  { predictedIou, map, point }: WaitingMask,
  thresholder: LogitThresholder,
  thresholds: GeneratorThresholds,
): MaskProposal | undefined {
  const made = thresholder.thresholdIfStable(map, thresholds.stabilityScore);
  if (made === undefined) return undefined;
  const { mask, stabilityScore } = made;
  const { place } = thresholder;
  if (mask.areaPx === 0 || isCutByCrop(mask.box, place.window, place.imageWidth, place.imageHeight)) return undefined;
  return { mask, predictedIou, stabilityScore, point, cropBox: place.window };
}

/** The trusted masks without near duplicates, best predicted IoU first. Most duplicates are told from the maps alone, and never made. */
function distinctOf(
  candidates: readonly Candidate[],
  place: LogitWindow,
  thresholds: GeneratorThresholds,
): readonly MaskProposal[] {
  const { maskNms } = thresholds;
  const waiting = candidates.find((candidate) => 'map' in candidate);
  if (maskNms === null || waiting === undefined || !mayBeSuppressedUnseen(thresholds)) {
    return suppressDuplicates(trustedOf(candidates, place, thresholds), byPredictedIou, thresholds);
  }
  const duplicates = new SureDuplicates(place, waiting.map);
  const thresholder = new LogitThresholder(place);
  const kept: MaskProposal[] = [];
  for (const candidate of [...candidates].sort((a, b) => b.predictedIou - a.predictedIou)) {
    if ('map' in candidate && duplicates.has(candidate.map, maskNms)) continue;
    const proposal = 'mask' in candidate ? candidate : trusted(candidate, thresholder, thresholds);
    if (proposal === undefined) continue;
    if (kept.some(({ mask }) => iouIfAbove(mask, proposal.mask, maskNms) > maskNms)) continue;
    kept.push(proposal);
    duplicates.keep(proposal.mask);
  }
  return kept;
}

/** Cleans every mask (see `leastRegionPx`) and suppresses the duplicates that arise; masks that needed no cleaning are preferred. */
function withCleanedMasks(proposals: readonly MaskProposal[], options: GeneratorOptions): readonly MaskProposal[] {
  const untouched = new Set<MaskProposal>();
  const cleaned = proposals.map((proposal) => {
    const mask = withoutSmallRegions(proposal.mask, options.leastRegionPx);
    const result = mask === proposal.mask ? proposal : { ...proposal, mask };
    if (result === proposal) untouched.add(result);
    return result;
  });
  return suppressDuplicates(cleaned, (proposal) => Number(untouched.has(proposal)), options.thresholds);
}

function byPredictedIou({ predictedIou }: MaskProposal): number {
  return predictedIou;
}

function smallerCropsFirst({ cropBox }: MaskProposal): number {
  return 1 / boxArea(cropBox);
}

function clampToUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function suppressDuplicates(
  proposals: readonly MaskProposal[],
  score: (proposal: MaskProposal) => number,
  { boxNms, maskNms }: GeneratorThresholds,
): readonly MaskProposal[] {
  let kept = proposals;
  if (boxNms !== null) {
    kept = nonMaximumSuppression(kept, score, (a, b) => boxIou(cornerBox(a.mask.box), cornerBox(b.mask.box)), boxNms);
  }
  if (maskNms !== null) {
    kept = nonMaximumSuppression(kept, score, (a, b) => iouIfAbove(a.mask, b.mask, maskNms), maskNms);
  }
  return kept;
}

/** segment-anything suppresses by boxes between the centres of the outermost pixels, one pixel smaller than the box around them. */
function cornerBox({ x, y, width, height }: Box): Box {
  return { x, y, width: width - 1, height: height - 1 };
}

/** The IoU of two masks, or 0 where the ratio of their areas, which bounds it, already shows that it isn't above the threshold. */
function iouIfAbove(a: Mask, b: Mask, threshold: number): number {
  const bound = Math.min(a.areaPx, b.areaPx) / Math.max(a.areaPx, b.areaPx);
  return bound > threshold ? maskIou(a, b) : 0;
}
