import { type Mask, maskIou, mostIntersection } from '../core/mask.js';
import { liesIn } from './mask-relations.js';
import type { RemovalOptions } from './removal-options.js';
import type { RemovalRecord, RemovalResult } from './removal-record.js';
import { findTinyIslands } from './removal-rules/tiny-island.js';

/** The masks around one mask, as Algorithm 1 names them. */
interface Neighbourhood<Item> {
  readonly children: readonly Item[];
  readonly redundant: readonly Item[];
}

/**
 * Mask removal to the letter of Algorithm 1 (paper, section 3.2): it walks over the masks in the order given and removes as it goes, so that what
 * it removes depends on that order. For each mask that is still there: its tiny children go; it goes itself if the areas of its children, tiny
 * and overlapping ones counted in full, add up to more than the given share; and of it and the masks that nearly coincide with it only the
 * largest stays. Islands go at the end. It exists to be compared with {@link RemovalOptions.variant} `order-independent`.
 */
export function removeMasksVerbatim<Item extends { readonly mask: Mask }>(
  items: readonly Item[],
  options: RemovalOptions,
): RemovalResult<Item> {
  const removals: RemovalRecord<Item>[] = [];
  const left = new Set(items);
  const remove = (record: RemovalRecord<Item>): void => {
    if (left.delete(record.removed)) removals.push(record);
  };
  for (const item of items) {
    if (!left.has(item)) continue;
    const around = neighbourhood(item, [...left], options);
    removeTinyChildren(item, around, options, remove);
    removeIfCompound(item, around, options, remove);
    keepLargest(
      [item, ...around.redundant].filter((each) => left.has(each)),
      remove,
    );
  }
  for (const finding of findTinyIslands([...left], options)) remove({ rule: 'tiny-island', ...finding });
  return { kept: items.filter((item) => left.has(item)), removals };
}

function neighbourhood<Item extends { readonly mask: Mask }>(
  item: Item,
  others: readonly Item[],
  { redundantIou, childShare }: RemovalOptions,
): Neighbourhood<Item> {
  const touching = others.filter((other) => other !== item && mostIntersection(other.mask, item.mask) > 0);
  const redundant = new Set(touching.filter((other) => maskIou(other.mask, item.mask) >= redundantIou));
  const children = touching.filter((other) => !redundant.has(other) && liesIn(other.mask, item.mask, childShare));
  return { redundant: [...redundant], children };
}

type Remove<Item> = (record: RemovalRecord<Item>) => void;

function removeTinyChildren<Item extends { readonly mask: Mask }>(
  parent: Item,
  { children }: Neighbourhood<Item>,
  { tinyChildShare }: RemovalOptions,
  remove: Remove<Item>,
): void {
  for (const child of children) {
    const ratio = child.mask.areaPx / parent.mask.areaPx;
    if (ratio < tinyChildShare) remove({ rule: 'tiny-child', removed: child, causes: [parent], ratio });
  }
}

function removeIfCompound<Item extends { readonly mask: Mask }>(
  parent: Item,
  { children }: Neighbourhood<Item>,
  { compoundShare }: RemovalOptions,
  remove: Remove<Item>,
): void {
  const ratio = children.reduce((sum, { mask }) => sum + mask.areaPx, 0) / parent.mask.areaPx;
  if (ratio > compoundShare) remove({ rule: 'compound', removed: parent, causes: children, ratio });
}

/** Of equally large ones the first stays. */
function keepLargest<Item extends { readonly mask: Mask }>(twins: readonly Item[], remove: Remove<Item>): void {
  const [first, ...others] = twins;
  if (first === undefined) return;
  const largest = others.reduce((best, twin) => (twin.mask.areaPx > best.mask.areaPx ? twin : best), first);
  for (const twin of twins) {
    if (twin === largest) continue;
    remove({ rule: 'redundant', removed: twin, causes: [largest], ratio: maskIou(largest.mask, twin.mask) });
  }
}
