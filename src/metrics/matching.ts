import { linearSumAssignment } from 'linear-sum-assignment';
import { iouAt, isInvolved, type OverlapTable } from './overlap-table.js';

/** λ of Objective 1: what one mask more costs. */
const maskCost = 0.1;

/** A match counts for panoptic quality above this IoU. */
const panopticFromIou = 0.5;

/** A mask and the ground truth that stand for each other. */
export interface Match {
  readonly mask: number;
  readonly truth: number;
  readonly iou: number;
}

/** Panoptic quality and its factors (Kirillov et al., 2019), each in [0, 1], material names left aside. */
export interface PanopticQuality {
  /** Σ IoU of the matches / (matches + half of what stayed alone on either side); 1 where there is nothing on either side. */
  readonly quality: number;
  /** Mean IoU of the matches; 0 without any. */
  readonly segmentation: number;
  /** F1 of the matches. */
  readonly recognition: number;
}

/** Pairs masks and ground truths one to one, so that the sum of IoU is largest; pairs without overlap are left out. */
export function matchOneToOne(table: OverlapTable): Match[] {
  const { maskAreas, truthAreas } = table;
  if (maskAreas.length === 0 || truthAreas.length === 0) return [];
  const ious = maskAreas.map((_, mask) => truthAreas.map((_area, truth) => iouAt(table, mask, truth)));
  const { rowAssignments } = linearSumAssignment(ious, { maximaze: true });
  return ious.flatMap((row, mask) => {
    const truth = rowAssignments[mask] ?? -1;
    const iou = row[truth] ?? 0;
    return iou > 0 ? [{ mask, truth, iou }] : [];
  });
}

/** Objective 1: Σᵢ J(Sᵢ, Mᵢ) − λ|M| over one-to-one matches, λ = 0.1. At most the number of materials; negative for many wrong masks. */
export function objective({ maskAreas }: OverlapTable, matches: readonly Match[]): number {
  return matches.reduce((sum, { iou }) => sum + iou, 0) - maskCost * maskAreas.length;
}

/** Panoptic quality and its parts: how well matches fit, and how many masks and truths have one. */
export function panopticQuality({ maskAreas, truthAreas }: OverlapTable, matches: readonly Match[]): PanopticQuality {
  const found = matches.filter(({ iou }) => iou > panopticFromIou);
  const sum = found.reduce((total, { iou }) => total + iou, 0);
  const mean = (maskAreas.length + truthAreas.length) / 2;
  if (mean === 0) return { quality: 1, segmentation: 1, recognition: 1 };
  return {
    quality: sum / mean,
    segmentation: found.length === 0 ? 0 : sum / found.length,
    recognition: found.length / mean,
  };
}

/** How often a material was cut into several masks, and how often one mask took in several materials. */
export interface SplitsAndMerges {
  /** Involved masks beyond the first, summed over the ground truths. */
  readonly splits: number;
  /** Ground truths beyond the first that a mask is involved with, summed over the masks. */
  readonly merges: number;
}

/** Truths that lie in several masks, and masks that hold several truths. */
export function countSplitsAndMerges(table: OverlapTable): SplitsAndMerges {
  const masks = table.maskAreas.map((_, mask) => mask);
  const truths = table.truthAreas.map((_, truth) => truth);
  const surplus = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  return {
    splits: surplus(truths.map((truth) => masks.filter((mask) => isInvolved(table, mask, truth)).length)),
    merges: surplus(masks.map((mask) => truths.filter((truth) => isInvolved(table, mask, truth)).length)),
  };
}
