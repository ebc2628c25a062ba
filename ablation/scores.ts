import { type Mask, maskIou, subtract } from '../src/core/mask.js';
import { type GroundTruth, groundTruth, measureMasks } from '../src/metrics/measure-masks.js';
import { meanOf } from '../src/metrics/statistics.js';
import type { SimulatedImage } from './simulated-set.js';

/** What the tables show of each row; of `mFPR` less is better, of all others more. */
export const scoreNames = ['best IoU', 'mIoU', 'mFPR', 'boundary mIoU'] as const;

/** One of the scores. */
export type ScoreName = (typeof scoreNames)[number];

/** The scores of one row on one image. */
export interface Scores extends Readonly<Record<ScoreName, number>> {
  /** Masks, or materials where masks were merged. */
  readonly masks: number;
}

/** The materials of a simulated image as the measures take them. */
export function truthOf({ materialMasks }: Pick<SimulatedImage, 'materialMasks'>): GroundTruth {
  return groundTruth(
    materialMasks,
    materialMasks.map(() => 1),
  );
}

/** Scores masks on the pixels of which the truth is known. */
export function scoreMasks(masks: readonly Mask[], unknown: Mask, truth: GroundTruth): Scores {
  const known = masks.map((mask) => subtract(mask, unknown)).filter(({ areaPx }) => areaPx > 0);
  const measures = measureMasks(known, truth);
  if (measures === undefined) throw new Error('an image without ground truth');
  return {
    'best IoU': measures.plain.best_iou,
    mIoU: measures.plain.mIoU,
    mFPR: measures.plain.mFPR,
    'boundary mIoU': measures.boundary.mIoU,
    masks: known.length,
  };
}

/** Mean over the true connected pieces of the best IoU of any mask, on the pixels of which the truth is known; 1 where there is no piece. */
export function pieceRecall(
  masks: readonly Mask[],
  { pieces, unknown }: Pick<SimulatedImage, 'pieces' | 'unknown'>,
): number {
  const known = masks.map((mask) => subtract(mask, unknown));
  return meanOf(pieces.map((piece) => Math.max(0, ...known.map((mask) => maskIou(mask, piece.mask))))) ?? 1;
}
