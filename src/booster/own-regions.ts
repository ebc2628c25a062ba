import type { Mask } from '../core/mask.js';
import { subtract } from '../core/mask.js';
import { canonicalOrder } from './canonical-order.js';
import { relateMasks } from './mask-relations.js';

/** A mask of which less than this share is left without its children is described as a whole. */
const leastOwnShare = 0.1;

/**
 * Where each mask shows its own texture: the mask without its children, which keep their pixels in the end (DESIGN section 3.3). In the order of
 * `items`.
 */
export function ownRegions(
  items: readonly { readonly mask: Mask; readonly score: number }[],
  options: { readonly childShare: number },
): Mask[] {
  const families = relateMasks(canonicalOrder(items), options);
  const regions = new Map(families.map(({ parent, children }) => [parent, ownRegion(parent.mask, children)]));
  return items.map((item) => regions.get(item) ?? item.mask);
}

function ownRegion(mask: Mask, children: readonly { readonly mask: Mask }[]): Mask {
  const own = subtract(mask, ...children.map((child) => child.mask));
  return own.areaPx >= leastOwnShare * mask.areaPx ? own : mask;
}
