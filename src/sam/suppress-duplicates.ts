import { type Box, boxIou } from '../core/box.js';
import { type Mask, maskIou } from '../core/mask.js';
import { nonMaximumSuppression } from '../core/non-maximum-suppression.js';
import type { MaskProposal } from './mask-proposal.js';

/** Above which overlap two masks count as one; null: they are not compared in this way. */
export interface SuppressionThresholds {
  /** IoU of their boxes. */
  readonly boxNms: number | null;
  /** IoU of the masks themselves: layers side by side may have equal boxes, yet nothing in common. */
  readonly maskNms: number | null;
}

/** Masks without near duplicates: of those that overlap too much, the one with the higher score stays. */
export function suppressDuplicates(
  proposals: readonly MaskProposal[],
  score: (proposal: MaskProposal) => number,
  { boxNms, maskNms }: SuppressionThresholds,
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
export function iouIfAbove(a: Mask, b: Mask, threshold: number): number {
  const bound = Math.min(a.areaPx, b.areaPx) / Math.max(a.areaPx, b.areaPx);
  return bound > threshold ? maskIou(a, b) : 0;
}
