import type { Mask } from '../core/mask.js';

/**
 * Largest first; masks of equal area by the place of their pixels, equal masks by score. Two items that are still equal are the same
 * mask with the same score, so that results which follow this order do not depend on the order of arrival.
 */
export function canonicalOrder<Item extends { readonly mask: Mask; readonly score: number }>(
  items: readonly Item[],
): Item[] {
  return [...items].sort((a, b) => b.mask.areaPx - a.mask.areaPx || compareRuns(a.mask, b.mask) || b.score - a.score);
}

function compareRuns(a: Mask, b: Mask): number {
  const length = Math.min(a.runs.length, b.runs.length);
  for (let i = 0; i < length; i++) {
    const difference = (a.runs[i] as number) - (b.runs[i] as number);
    if (difference !== 0) return difference;
  }
  return a.runs.length - b.runs.length;
}
