import { connectedComponents } from '../core/connected-components.js';
import { type Mask, maskFromBox, subtract } from '../core/mask.js';
import { outlineLength } from '../core/outline-length.js';

/** Which regions that no mask covers become masks of their own. */
export interface UncoveredOptions {
  /** Regions below this share of the image stay unsegmented. */
  readonly leastShare: number;
  /** So do seams: regions narrower than this share of the image's longer side. */
  readonly leastWidthShare: number;
}

/** Connected regions of a mask that no other covers, but for gaps and seams. */
export function regionsLeft(
  mask: Mask,
  others: readonly Mask[],
  { leastShare, leastWidthShare }: UncoveredOptions,
): Mask[] {
  const { width, height } = mask;
  const leastWidth = leastWidthShare * Math.max(width, height);
  return connectedComponents(subtract(mask, ...others)).filter(
    (region) => region.areaPx >= leastShare * width * height && meanWidth(region) >= leastWidth,
  );
}

/**
 * Connected regions that no mask covers and that are too large to be a gap or an interface: SAM proposed nothing there, or mask removal took
 * what it proposed. Their texture may still say which material they are (DESIGN section 3.2).
 */
export function uncoveredRegions(
  width: number,
  height: number,
  masks: readonly Mask[],
  options: UncoveredOptions,
): Mask[] {
  return regionsLeft(maskFromBox(width, height, { x: 0, y: 0, width, height }), masks, options);
}

/** Of a long strip its width: twice the area by the length of the outline. */
function meanWidth(region: Mask): number {
  return (2 * region.areaPx) / outlineLength(region);
}
