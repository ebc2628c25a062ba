import type { Mask } from '../../core/mask.js';
import type { Family } from '../mask-relations.js';
import type { Finding } from '../removal-record.js';

/** Whether a mask shows another material than the one that it lies in, as far as can be told. */
export type IsOtherMaterial = (child: Mask, parent: Mask) => boolean;

/**
 * Children below the given share of a parent's area: atoms and scraps inside a material. The largest such parent is the cause. Where it can be told, a child of another
 * material is neither: a particle stays in what holds it.
 */
export function findTinyChildren<Item extends { readonly mask: Mask }>(
  families: readonly Family<Item>[],
  { tinyChildShare }: { readonly tinyChildShare: number },
  isOtherMaterial: IsOtherMaterial | null = null,
): Finding<Item>[] {
  const findings = new Map<Item, Finding<Item>>();
  for (const { parent, children } of families) {
    for (const child of children) {
      const ratio = child.mask.areaPx / parent.mask.areaPx;
      if (ratio >= tinyChildShare || findings.has(child)) continue;
      if (isOtherMaterial?.(child.mask, parent.mask) === true) continue;
      findings.set(child, { removed: child, causes: [parent], ratio });
    }
  }
  return [...findings.values()];
}
