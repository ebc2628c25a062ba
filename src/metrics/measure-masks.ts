import { intersectionArea, type Mask } from '../core/mask.js';
import { boundaryMask } from './boundary-mask.js';
import { countSplitsAndMerges, matchOneToOne, objective, panopticQuality, type SplitsAndMerges } from './matching.js';
import { iouAt, type OverlapTable, overlapTable } from './overlap-table.js';
import { comparePartitions } from './partition-measures.js';
import { type MaterialMeasures, measureImage, measureMaterials, type Measures } from './region-measures.js';

/** What an image shows: one non-empty mask per material, and what each counts in the weighted measures. */
export interface GroundTruth {
  readonly masks: readonly Mask[];
  readonly boundaries: readonly Mask[];
  readonly weights: readonly number[];
}

/** Measures beside the paper's. */
export interface FurtherMeasures extends SplitsAndMerges {
  /** Mean over the ground truths of the best Dice coefficient. */
  readonly dice: number;
  readonly panoptic_quality: number;
  readonly segmentation_quality: number;
  readonly recognition_quality: number;
  /** Objective 1, λ = 0.1. */
  readonly objective: number;
  /** Null where masks overlap: they are no partition then. */
  readonly adapted_rand_error: number | null;
  readonly split_bits: number | null;
  readonly merge_bits: number | null;
}

/** All measures of the masks of one image. */
export interface MaskMeasures {
  readonly plain: Measures;
  readonly boundary: Measures;
  readonly weighted: Measures;
  readonly weightedBoundary: Measures;
  readonly further: FurtherMeasures;
  readonly maskCount: number;
  /** One for each ground truth, in order, on masks and on boundary masks. */
  readonly materials: readonly MaterialMeasures[];
  readonly boundaryMaterials: readonly MaterialMeasures[];
  /** The best IoU of each mask with a ground truth. */
  readonly maskIous: readonly number[];
}

/** Prepares ground truths that several stages are measured against. */
export function groundTruth(masks: readonly Mask[], weights: readonly number[]): GroundTruth {
  return { masks, boundaries: masks.map(boundaryMask), weights };
}

/** Measures predicted masks of the same size against ground truths; undefined where there is no ground truth. */
export function measureMasks(masks: readonly Mask[], truth: GroundTruth): MaskMeasures | undefined {
  const table = overlapTable(masks, truth.masks);
  const materials = measureMaterials(table);
  const boundaryMaterials = measureMaterials(overlapTable(masks.map(boundaryMask), truth.boundaries));
  const plain = measureImage(materials);
  const boundary = measureImage(boundaryMaterials);
  const weighted = measureImage(materials, truth.weights);
  const weightedBoundary = measureImage(boundaryMaterials, truth.weights);
  if (!plain || !boundary || !weighted || !weightedBoundary) return undefined;
  return {
    plain,
    boundary,
    weighted,
    weightedBoundary,
    further: furtherMeasures(table, materials, masks, truth),
    maskCount: masks.length,
    materials,
    boundaryMaterials,
    maskIous: bestIous(table),
  };
}

function furtherMeasures(
  table: OverlapTable,
  materials: readonly MaterialMeasures[],
  masks: readonly Mask[],
  truth: GroundTruth,
): FurtherMeasures {
  const matches = matchOneToOne(table);
  const { quality, segmentation, recognition } = panopticQuality(table, matches);
  const partition = areDisjoint(masks) && areDisjoint(truth.masks) ? comparePartitions(table) : undefined;
  return {
    dice: materials.reduce((sum, { bestDice }) => sum + bestDice, 0) / materials.length,
    panoptic_quality: quality,
    segmentation_quality: segmentation,
    recognition_quality: recognition,
    objective: objective(table, matches),
    ...countSplitsAndMerges(table),
    adapted_rand_error: partition?.adaptedRandError ?? null,
    split_bits: partition?.splitBits ?? null,
    merge_bits: partition?.mergeBits ?? null,
  };
}

function areDisjoint(masks: readonly Mask[]): boolean {
  return masks.every((mask, index) => masks.slice(index + 1).every((other) => intersectionArea(mask, other) === 0));
}

function bestIous(table: OverlapTable): number[] {
  return table.maskAreas.map((_, mask) =>
    table.truthAreas.reduce((best, _area, truth) => Math.max(best, iouAt(table, mask, truth)), 0),
  );
}
