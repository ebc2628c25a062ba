import type { Mask } from '../../core/mask.js';
import type { Family } from '../mask-relations.js';
import type { Finding } from '../removal-record.js';

/** Children below the given share of a parent's area: atoms and scraps inside a material. The largest such parent is the cause. */
export function findTinyChildren<Item extends { readonly mask: Mask }>(
  families: readonly Family<Item>[],
  { tinyChildShare }: { readonly tinyChildShare: number },
): Finding<Item>[] {
  const findings = new Map<Item, Finding<Item>>();
  for (const { parent, children } of families) {
    for (const child of children) {
      const ratio = child.mask.areaPx / parent.mask.areaPx;
      if (ratio < tinyChildShare && !findings.has(child))
        findings.set(child, { removed: child, causes: [parent], ratio });
    }
  }
  return [...findings.values()];
}
