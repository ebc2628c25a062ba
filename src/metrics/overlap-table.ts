import { intersectionArea, type Mask } from '../core/mask.js';

/**
 * How the predicted masks of one image (rows) overlap its ground truths (columns, one per material), in pixels. It is counted once;
 * every measure of an image is a pure function of it.
 */
export interface OverlapTable {
  readonly maskAreas: readonly number[];
  readonly truthAreas: readonly number[];
  /** `overlaps[mask][truth]` = |mask ∩ truth|. */
  readonly overlaps: readonly (readonly number[])[];
}

/** Counts the overlaps of masks and ground truths, all of one image size. */
export function overlapTable(masks: readonly Mask[], truths: readonly Mask[]): OverlapTable {
  return {
    maskAreas: masks.map(({ areaPx }) => areaPx),
    truthAreas: truths.map(({ areaPx }) => areaPx),
    overlaps: masks.map((mask) => truths.map((truth) => intersectionArea(mask, truth))),
  };
}

/** Pixels that a mask and a truth have in common. */
export function overlapAt({ overlaps }: OverlapTable, mask: number, truth: number): number {
  return overlaps[mask]?.[truth] ?? 0;
}

/** Jaccard index of a mask and a ground truth, in [0, 1]; 0 where both are empty. */
export function iouAt(table: OverlapTable, mask: number, truth: number): number {
  const overlap = overlapAt(table, mask, truth);
  const union = (table.maskAreas[mask] ?? 0) + (table.truthAreas[truth] ?? 0) - overlap;
  return union === 0 ? 0 : overlap / union;
}

/** Dice coefficient of a mask and a ground truth, in [0, 1]; 0 where both are empty. */
export function diceAt(table: OverlapTable, mask: number, truth: number): number {
  const areas = (table.maskAreas[mask] ?? 0) + (table.truthAreas[truth] ?? 0);
  return areas === 0 ? 0 : (2 * overlapAt(table, mask, truth)) / areas;
}

/** A mask is involved with a ground truth from this IoU on (the paper's 5 %). */
export const involvedFromIou = 0.05;

/** Whether a mask says enough about a truth to be counted for it. */
export function isInvolved(table: OverlapTable, mask: number, truth: number): boolean {
  return iouAt(table, mask, truth) >= involvedFromIou;
}
