import { type Box, boxArea } from '../core/box.js';
import type { GreyImage } from '../core/micrograph.js';
import type { Point } from '../core/point-grid.js';
import { cropGrey } from '../core/resize.js';
import { cropLayers, type LayerCrop } from './crop-layers.js';
import {
  type Candidate,
  distinctOf,
  type LazyThresholds,
  trustedOf,
  waitingBudget,
  type WaitingMask,
} from './lazy-masks.js';
import type { LogitWindow } from './logit-threshold.js';
import type { MaskProposal } from './mask-proposal.js';
import { pointsToAsk } from './points-to-ask.js';
import { coarseToFine, type GridPoint, gridPoints } from './prompt-schedule.js';
import { type ImageEmbedding, promptLabels, type SamModel } from './sam-model.js';
import { withoutSmallRegions } from './small-regions.js';
import { suppressDuplicates } from './suppress-duplicates.js';
import { type UnexplainedOptions, unexplainedPoints } from './unexplained-points.js';

/** The generator's filters, calibrated per model (models/manifest.json). */
export interface GeneratorThresholds extends LazyThresholds {
  /** Keep masks with a predicted IoU above this; 0: keep all. */
  readonly predictedIou: number;
}

/** How a micrograph is searched; what Meta's generator calls it where it has the same. */
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

/** All masks of one micrograph. */
export interface GeneratedMasks {
  /** Best predicted IoU first, unless crops were used: then smaller crops first. */
  readonly proposals: readonly MaskProposal[];
  /** The embedding of the whole image. */
  readonly embedding: ImageEmbedding;
  /** Points that were prompted, over all crops. */
  readonly prompts: number;
}

/** SAM+ (docs/DESIGN.md, 2): crops → batches of prompts → SAM's own filters → suppression, and small regions mended. */
export async function generateMasks(
  model: SamModel,
  image: GreyImage,
  options: GeneratorOptions,
  measure: MeasureStep,
  encoded?: ImageEmbedding,
): Promise<GeneratedMasks> {
  const [whole, ...smaller] = cropLayers(image.width, image.height, options.layers);
  if (whole === undefined) throw new RangeError('no crop');
  const first = await masksOfCrop({ model, image, crop: whole, options, measure }, encoded);
  const found = [first];
  for (const crop of smaller) found.push(await masksOfCrop({ model, image, crop, options, measure }));
  const all = found.flatMap(({ proposals }) => proposals);
  const distinct = smaller.length > 0 ? suppressDuplicates(all, smallerCropsFirst, options.thresholds) : all;
  const mended = options.leastRegionPx > 0 ? withMendedMasks(distinct, options) : distinct;
  return {
    embedding: first.embedding,
    prompts: found.reduce((sum, { prompts }) => sum + prompts, 0),
    proposals: mended.map((proposal) => ({ ...proposal, predictedIou: clampToUnit(proposal.predictedIou) })),
  };
}

/** Where masks are looked for, and how. */
interface CropSearch {
  readonly model: SamModel;
  readonly image: GreyImage;
  readonly crop: LayerCrop;
  readonly options: GeneratorOptions;
  readonly measure: MeasureStep;
}

interface CropMasks {
  readonly proposals: readonly MaskProposal[];
  readonly embedding: ImageEmbedding;
  readonly prompts: number;
}

/** Level by level of the grid, then where the masks found leave the texture unexplained. */
async function masksOfCrop(search: CropSearch, encoded?: ImageEmbedding): Promise<CropMasks> {
  const { model, image, crop, options, measure } = search;
  const { box, layer } = crop;
  const embedding =
    encoded ?? (await measure('encode', () => model.encode(cropGrey(image, box.x, box.y, box.width, box.height))));
  const place = { imageWidth: image.width, imageHeight: image.height, window: box };
  const distinctFrom = (all: readonly Candidate[]) =>
    measure('prompt', () => Promise.resolve(distinctOf(all, place, options.thresholds)));
  const candidates: Candidate[] = [];
  let distinct: readonly MaskProposal[] = [];
  let prompts = 0;
  for (const level of levelsOf(layer, box, options, embedding.textureTokens !== null)) {
    const points = layer > 0 ? level : pointsOfLevel(level, distinct, embedding);
    prompts += points.length;
    candidates.push(...(await candidatesAt(points, search, embedding, place)));
    distinct = await distinctFrom(candidates);
  }
  const points = layer === 0 ? followUpPoints(image, distinct, embedding, options.followUp) : [];
  if (points.length === 0) return { embedding, prompts, proposals: distinct };
  const more = await candidatesAt(points, search, embedding, place);
  return { embedding, prompts: prompts + points.length, proposals: await distinctFrom([...distinct, ...more]) };
}

/** Points that the masks found so far leave open; all of them where there are no tokens to tell by. */
function pointsOfLevel(
  level: readonly GridPoint[],
  found: readonly MaskProposal[],
  { textureTokens }: ImageEmbedding,
): readonly GridPoint[] {
  if (textureTokens === null) return level;
  const masks = found.map(({ mask }) => mask);
  return pointsToAsk(level, masks, textureTokens);
}

function followUpPoints(
  image: GreyImage,
  proposals: readonly MaskProposal[],
  { textureTokens }: ImageEmbedding,
  options: UnexplainedOptions | null,
): Point[] {
  if (options === null || textureTokens === null) return [];
  const masks = proposals.map(({ mask }) => mask);
  return unexplainedPoints(image, masks, textureTokens, options);
}

/** Prompts the points in batches; masks wait unmade as long as there is room for their maps. */
async function candidatesAt(
  points: readonly Point[],
  { model, options: { pointsPerBatch, thresholds }, measure }: CropSearch,
  embedding: ImageEmbedding,
  place: LogitWindow,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  let room = waitingBudget(thresholds);
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

/** Mends every mask (see `leastRegionPx`) and suppresses the duplicates that arise; masks that needed no mending are preferred. */
function withMendedMasks(proposals: readonly MaskProposal[], options: GeneratorOptions): readonly MaskProposal[] {
  const untouched = new Set<MaskProposal>();
  const mended = proposals.map((proposal) => {
    const mask = withoutSmallRegions(proposal.mask, options.leastRegionPx);
    const result = mask === proposal.mask ? proposal : { ...proposal, mask };
    if (result === proposal) untouched.add(result);
    return result;
  });
  return suppressDuplicates(mended, (proposal) => Number(untouched.has(proposal)), options.thresholds);
}

function smallerCropsFirst({ cropBox }: MaskProposal): number {
  return 1 / boxArea(cropBox);
}

function clampToUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
