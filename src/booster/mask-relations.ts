import type { Mask } from '../core/mask.js';
import { intersectionArea } from '../core/mask.js';

/** A mask with the smaller masks that lie in it. */
export interface Family<Item> {
  readonly parent: Item;
  readonly children: readonly Item[];
}

/** For each mask its children: smaller masks with at least `childShare` of their area inside it. `items` is sorted, largest first. */
export function relateMasks<Item extends { readonly mask: Mask }>(
  items: readonly Item[],
  { childShare }: { readonly childShare: number },
): Family<Item>[] {
  return items.map((parent, index) => ({
    parent,
    children: items.slice(index + 1).filter((child) => liesIn(child.mask, parent.mask, childShare)),
  }));
}

/** Whether a mask is another one's child: smaller, with at least `share` of its area inside it. No mask is its own ancestor. */
export function liesIn(child: Mask, parent: Mask, share: number): boolean {
  return child.areaPx < parent.areaPx && intersectionArea(child, parent) >= share * child.areaPx;
}
