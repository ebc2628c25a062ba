import { type Mask, subtract } from '../core/mask.js';

/** A mask of which less than this share is left was one of what is excluded. */
const leastShare = 0.2;

/** Masks without the pixels that show no material; those that hardly show anything else are left out. */
export function withoutExcluded<Item extends { readonly mask: Mask }>(
  items: readonly Item[],
  excluded: Mask | undefined,
): readonly Item[] {
  if (excluded === undefined) return items;
  return items.flatMap((item) => {
    const mask = subtract(item.mask, excluded);
    if (mask.areaPx === item.mask.areaPx) return [item];
    return mask.areaPx >= leastShare * item.mask.areaPx ? [{ ...item, mask }] : [];
  });
}
