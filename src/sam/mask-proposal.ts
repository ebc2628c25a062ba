import type { Box } from '../core/box.js';
import type { Mask } from '../core/mask.js';
import type { Point } from '../core/point-grid.js';

/** A mask as SAM proposes it for one prompt, with SAM's own scores, both in [0, 1]. */
export interface MaskProposal {
  readonly mask: Mask;
  readonly predictedIou: number;
  readonly stabilityScore: number;
  /** The prompt in pixels of the image; null where the mask came from several points or a box. */
  readonly point: Point | null;
  /** The crop in which the mask was found. */
  readonly cropBox: Box;
}

/** SAM's trust in a mask as one number in [0, 1]. */
export function proposalScore({ predictedIou, stabilityScore }: MaskProposal): number {
  return predictedIou * stabilityScore;
}
