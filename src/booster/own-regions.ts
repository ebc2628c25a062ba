import { type Mask, subtract, unionOf } from '../core/mask.js';
import { paintingOrder } from './build-microstructure.js';

/** A mask of which less than this share is left is described as a whole. */
const leastOwnShare = 0.1;

/** Where a mask shows its texture. */
export interface OwnRegion {
  readonly region: Mask;
  /** Pixels that the mask has in the end: fewer than the region's where so few are left that the mask is described as a whole. */
  readonly ownPx: number;
}

/**
 * Where each mask shows its own texture: the pixels that it will have in the end (DESIGN section 3.3), without those of its children and of masks
 * that win an overlap. In the order of `items`.
 */
export function ownRegions(
  items: readonly { readonly mask: Mask; readonly score: number }[],
  { childShare }: { readonly childShare: number },
): OwnRegion[] {
  const regions = new Map<object, OwnRegion>();
  let later: Mask | undefined;
  for (const item of paintingOrder(items, childShare).reverse()) {
    const own = later === undefined ? item.mask : subtract(item.mask, later);
    const region = own.areaPx >= leastOwnShare * item.mask.areaPx ? own : item.mask;
    regions.set(item, { region, ownPx: own.areaPx });
    later = later === undefined ? item.mask : unionOf(later, item.mask);
  }
  return items.map((item) => regions.get(item) ?? { region: item.mask, ownPx: item.mask.areaPx });
}
