import type { Mask } from '../core/mask.js';
import { subtract, unionOf } from '../core/mask.js';
import { paintingOrder } from './build-microstructure.js';

/** A mask of which less than this share is left is described as a whole. */
const leastOwnShare = 0.1;

/**
 * Where each mask shows its own texture: the pixels that it will have in the end (DESIGN section 3.3), without those of its children and of masks
 * that win an overlap. In the order of `items`.
 */
export function ownRegions<Item extends { readonly mask: Mask; readonly score: number }>(
  items: readonly Item[],
  { childShare }: { readonly childShare: number },
): Mask[] {
  const regions = new Map<Item, Mask>();
  let later: Mask | undefined;
  for (const item of paintingOrder(items, childShare).reverse()) {
    const own = later === undefined ? item.mask : subtract(item.mask, later);
    regions.set(item, own.areaPx >= leastOwnShare * item.mask.areaPx ? own : item.mask);
    later = later === undefined ? item.mask : unionOf(later, item.mask);
  }
  return items.map((item) => regions.get(item) ?? item.mask);
}
