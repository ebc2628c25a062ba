import type { Mask } from '../../core/mask.js';
import type { Finding } from '../removal-record.js';

/** Whether two masks show one texture, as far as can be told. */
export type SameTexture = (a: Mask, b: Mask) => boolean;

/** Compound masks whose children all show one texture: it is the mask that is right, and the children are fragments of it. */
export function findWholes<Item extends { readonly mask: Mask }>(
  compounds: readonly Finding<Item>[],
  sameTexture: SameTexture,
): Finding<Item>[] {
  return compounds.filter(({ causes: [first, ...others] }) =>
    others.every((other) => first !== undefined && sameTexture(first.mask, other.mask)),
  );
}

/** The fragments of all wholes, as far as they are left; the largest whole is the cause. The ratio is the fragment's share of it. */
export function findFragments<Item extends { readonly mask: Mask }>(
  wholes: readonly Finding<Item>[],
  left: readonly Item[],
): Finding<Item>[] {
  const findings = new Map<Item, Finding<Item>>();
  for (const { removed: whole, causes: fragments } of wholes) {
    for (const fragment of fragments) {
      const ratio = fragment.mask.areaPx / whole.mask.areaPx;
      if (!findings.has(fragment) && left.includes(fragment))
        findings.set(fragment, { removed: fragment, causes: [whole], ratio });
    }
  }
  return [...findings.values()];
}
