import { intersectionArea, type Mask, mostIntersection } from '../core/mask.js';

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

/** The same relations among the items that are left. */
export function familiesAmong<Item>(families: readonly Family<Item>[], left: readonly Item[]): Family<Item>[] {
  const stays = new Set(left);
  return families
    .filter(({ parent }) => stays.has(parent))
    .map(({ parent, children }) => ({ parent, children: children.filter((child) => stays.has(child)) }));
}

/** Whether a mask is another one's child: smaller, with at least `share` of its area inside it. No mask is its own ancestor. */
export function liesIn(child: Mask, parent: Mask, share: number): boolean {
  if (child.areaPx >= parent.areaPx) return false;
  const needed = share * child.areaPx;
  return mostIntersection(child, parent) >= needed && intersectionArea(child, parent) >= needed;
}
