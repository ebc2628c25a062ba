import type { Mask } from '../core/mask.js';
import { canonicalOrder } from './canonical-order.js';
import { relateMasks } from './mask-relations.js';
import type { Finding, RemovalRecord, RemovalRule } from './removal-record.js';
import { findCompound } from './removal-rules/compound.js';
import { findRedundant } from './removal-rules/redundant.js';
import { findTinyChildren } from './removal-rules/tiny-child.js';
import { findTinyIslands } from './removal-rules/tiny-island.js';

/** Shares, all in [0, 1]; the defaults are DESIGN section 3.1's. */
export interface RemovalOptions {
  /** Two masks with at least this IoU are the same mask twice. */
  readonly redundantIou: number;
  /** A smaller mask with at least this share of its area inside a larger one is that mask's child. */
  readonly childShare: number;
  /** A child below this share of its parent's area is tiny. */
  readonly tinyChildShare: number;
  /** A mask of which its children cover more than this share is compound. */
  readonly compoundShare: number;
  /** An island is smaller than this share of the image. */
  readonly islandShare: number;
}

export const defaultRemovalOptions: RemovalOptions = {
  redundantIou: 0.8,
  childShare: 0.8,
  tinyChildShare: 0.05,
  compoundShare: 0.7,
  islandShare: 0.001,
};

export interface RemovalResult<Item> {
  /** In the order in which they came. */
  readonly kept: readonly Item[];
  readonly removals: readonly RemovalRecord<Item>[];
}

/**
 * Mask removal (Algorithm 1). Each rule looks at the whole set that the rules before it left, never at a half-removed one, and masks
 * are taken in an order of their own, so that the result does not depend on the order in which they arrive:
 *
 * 1. of masks that nearly coincide, the largest stays;
 * 2. a mask that its children cover is compound and goes (tiny children don't count);
 * 3. a tiny child goes if a parent of it stays;
 * 4. a tiny mask in a region that no other mask covers goes.
 */
export function removeMasks<Item extends { readonly mask: Mask; readonly score: number }>(
  items: readonly Item[],
  options: RemovalOptions = defaultRemovalOptions,
): RemovalResult<Item> {
  const removals: RemovalRecord<Item>[] = [];
  let left = canonicalOrder(items);
  const apply = (rule: RemovalRule, find: (masks: readonly Item[]) => Finding<Item>[]): void => {
    const findings = find(left);
    const gone = new Set(findings.map(({ removed }) => removed));
    left = left.filter((item) => !gone.has(item));
    removals.push(...findings.map((finding) => ({ rule, ...finding })));
  };
  apply('redundant', (masks) => findRedundant(masks, options));
  apply('compound', (masks) => findCompound(relateMasks(masks, options), options));
  apply('tiny-child', (masks) => findTinyChildren(relateMasks(masks, options), options));
  apply('tiny-island', (masks) => findTinyIslands(masks, options));
  const kept = new Set(left);
  return { kept: items.filter((item) => kept.has(item)), removals };
}
