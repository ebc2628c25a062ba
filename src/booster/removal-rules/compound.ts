import { intersectionArea, type Mask, unionOf } from '../../core/mask.js';
import type { Family } from '../mask-relations.js';
import type { Finding } from '../removal-record.js';

/**
 * Masks that are the sum of others: their children, tiny ones left out, together cover more than the given share. Overlapping children
 * count once.
 */
export function findCompound<Item extends { readonly mask: Mask }>(
  families: readonly Family<Item>[],
  { compoundShare, tinyChildShare }: { readonly compoundShare: number; readonly tinyChildShare: number },
): Finding<Item>[] {
  return families.flatMap(({ parent, children }) => {
    const causes = children.filter((child) => child.mask.areaPx >= tinyChildShare * parent.mask.areaPx);
    // The union is no larger than the sum, and much dearer.
    if (totalArea(causes) <= compoundShare * parent.mask.areaPx) return [];
    const ratio = coveredShare(parent.mask, causes);
    return ratio > compoundShare ? [{ removed: parent, causes, ratio }] : [];
  });
}

function totalArea(items: readonly { readonly mask: Mask }[]): number {
  return items.reduce((sum, { mask }) => sum + mask.areaPx, 0);
}

function coveredShare(parent: Mask, children: readonly { readonly mask: Mask }[]): number {
  const [first, ...others] = children.map((child) => child.mask);
  return first === undefined ? 0 : intersectionArea(parent, unionOf(first, ...others)) / parent.areaPx;
}
