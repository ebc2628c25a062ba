import { diceAt, iouAt, isInvolved, overlapAt, type OverlapTable } from './overlap-table.js';

/** The measures that an image has (equations 3 to 6 of the paper, and the best match), each in [0, 1]. */
export const measureNames = ['mIoU', 'mRecall', 'mPrecision', 'mFPR', 'best_iou'] as const;

/** One of the paper's measures. */
export type MeasureName = (typeof measureNames)[number];

/** The paper's measures of one image, each from 0 to 1. */
export type Measures = Readonly<Record<MeasureName, number>>;

/** Of these, smaller is better. */
export function isSmallerBetter(name: MeasureName): boolean {
  return name === 'mFPR';
}

/** How one ground truth is matched: the terms of equations 3 to 6 for one j. Areas in pixels. */
export interface MaterialMeasures {
  readonly areaPx: number;
  /** m: the number of masks with an IoU of 5 % or more. */
  readonly involved: number;
  /** Mean IoU of the involved masks; 0 without any. */
  readonly meanIou: number;
  /** Means over the involved masks of |mask ∩ truth|, |mask \ truth| and |truth \ mask|; 0, 0 and the truth's area without any. */
  readonly truePositivePx: number;
  readonly falsePositivePx: number;
  readonly falseNegativePx: number;
  /** Sum of the involved masks' IoU but for the best, over m: the term of mFPR; 0 without any. */
  readonly surplusIou: number;
  /** Best IoU and Dice of all masks, and which mask has it; null where none overlaps. */
  readonly bestIou: number;
  readonly bestDice: number;
  readonly bestMask: number | null;
}

/** Measures each ground truth of an image by itself. */
export function measureMaterials(table: OverlapTable): MaterialMeasures[] {
  return table.truthAreas.map((_, truth) => measureMaterial(table, truth));
}

function measureMaterial(table: OverlapTable, truth: number): MaterialMeasures {
  const areaPx = table.truthAreas[truth] ?? 0;
  const masks = table.maskAreas.map((_, mask) => mask);
  const involved = masks.filter((mask) => isInvolved(table, mask, truth));
  const meanOf = (value: (mask: number) => number): number =>
    involved.reduce((sum, mask) => sum + value(mask), 0) / involved.length;
  const best = bestMaskOf(table, masks, truth);
  const bestIou = best === null ? 0 : iouAt(table, best, truth);
  const common = { areaPx, involved: involved.length, bestIou, bestMask: best };
  const bestDice = best === null ? 0 : diceAt(table, best, truth);
  if (involved.length === 0) {
    const none = { meanIou: 0, truePositivePx: 0, falsePositivePx: 0, falseNegativePx: areaPx, surplusIou: 0 };
    return { ...common, ...none, bestDice };
  }
  const meanIou = meanOf((mask) => iouAt(table, mask, truth));
  const truePositivePx = meanOf((mask) => overlapAt(table, mask, truth));
  return {
    ...common,
    bestDice,
    meanIou,
    truePositivePx,
    falsePositivePx: meanOf((mask) => table.maskAreas[mask] ?? 0) - truePositivePx,
    falseNegativePx: areaPx - truePositivePx,
    surplusIou: involved.length === 1 ? 0 : Math.max(0, meanIou - bestIou / involved.length),
  };
}

/** Where several are equally good, the first. */
function bestMaskOf(table: OverlapTable, masks: readonly number[], truth: number): number | null {
  let best: number | null = null;
  let bestIou = 0;
  for (const mask of masks) {
    const iou = iouAt(table, mask, truth);
    if (iou > bestIou) [best, bestIou] = [mask, iou];
  }
  return best;
}

/**
 * The measures of one image: weighted means over its ground truths (equations 3 to 6). `weights` has one positive number per ground
 * truth; all equal by default. Recall and precision are ratios of mean areas and 0 where nothing is involved. An image without ground
 * truth has no measures: undefined.
 */
export function measureImage(
  materials: readonly MaterialMeasures[],
  weights: readonly number[] = materials.map(() => 1),
): Measures | undefined {
  const total = materials.reduce((sum, _, index) => sum + (weights[index] ?? 1), 0);
  if (total === 0) return undefined;
  const mean = (value: (material: MaterialMeasures) => number): number =>
    materials.reduce((sum, material, index) => sum + (weights[index] ?? 1) * value(material), 0) / total;
  const truePositive = mean((material) => material.truePositivePx);
  return {
    mIoU: mean((material) => material.meanIou),
    mRecall: ratio(
      truePositive,
      mean((material) => material.falseNegativePx),
    ),
    mPrecision: ratio(
      truePositive,
      mean((material) => material.falsePositivePx),
    ),
    mFPR: mean((material) => material.surplusIou),
    best_iou: mean((material) => material.bestIou),
  };
}

/** part / (part + rest); 0 where both are 0. */
function ratio(part: number, rest: number): number {
  return part === 0 ? 0 : part / (part + rest);
}
