import type { Mask } from '../../core/mask.js';
import type { Finding } from '../removal-record.js';

/** Whether a mask shows one texture, as far as can be told: its children, and what they leave of it. */
export type IsOneTexture = (whole: Mask, children: readonly Mask[]) => boolean;

/** Compound masks of one texture: it is the mask that is right, and the children are fragments of it. */
export function findWholes<Item extends { readonly mask: Mask }>(
  compounds: readonly Finding<Item>[],
  isOneTexture: IsOneTexture,
): Finding<Item>[] {
  return compounds.filter(({ removed, causes }) =>
    isOneTexture(
      removed.mask,
      causes.map(({ mask }) => mask),
    ),
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
