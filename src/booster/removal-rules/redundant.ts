import { type Mask, maskIou, mostIntersection } from '../../core/mask.js';
import type { Finding } from '../removal-record.js';

/** Masks that nearly coincide with a larger one that stays. `items` is in canonical order, largest first. */
export function findRedundant<Item extends { readonly mask: Mask }>(
  items: readonly Item[],
  { redundantIou }: { readonly redundantIou: number },
): Finding<Item>[] {
  const kept: Item[] = [];
  const findings: Finding<Item>[] = [];
  for (const item of items) {
    const twin = kept.find(
      (larger) => isWorthComparing(larger, item, redundantIou) && iouOf(larger, item) >= redundantIou,
    );
    if (twin === undefined) kept.push(item);
    else findings.push({ removed: item, causes: [twin], ratio: iouOf(twin, item) });
  }
  return findings;
}

/** The larger the intersection could be, the larger the IoU. */
function isWorthComparing(larger: { readonly mask: Mask }, smaller: { readonly mask: Mask }, iou: number): boolean {
  const most = mostIntersection(larger.mask, smaller.mask);
  return most >= iou * (larger.mask.areaPx + smaller.mask.areaPx - most);
}

function iouOf(a: { readonly mask: Mask }, b: { readonly mask: Mask }): number {
  return maskIou(a.mask, b.mask);
}
