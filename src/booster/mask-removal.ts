import type { Mask } from '../core/mask.js';
import { canonicalOrder } from './canonical-order.js';
import { familiesAmong, relateMasks } from './mask-relations.js';
import { removeMasksVerbatim } from './mask-removal-verbatim.js';
import { defaultRemovalOptions, type RemovalOptions } from './removal-options.js';
import type { Finding, RemovalRecord, RemovalResult, RemovalRule } from './removal-record.js';
import { findCompound } from './removal-rules/compound.js';
import { findFragments, findWholes } from './removal-rules/fragment.js';
import { findRedundant } from './removal-rules/redundant.js';
import { findTinyChildren } from './removal-rules/tiny-child.js';
import { findTinyIslands } from './removal-rules/tiny-island.js';
import type { TextureJudge } from './texture-judge.js';

/**
 * Mask removal (Algorithm 1), in one of its variants. Where textures can be told apart, compound masks of one texture stay and their fragments go,
 * and tiny children of another material than their parent's stay (not in the verbatim variant).
 */
export function removeMasks<Item extends { readonly mask: Mask; readonly score: number }>(
  items: readonly Item[],
  options: RemovalOptions = defaultRemovalOptions,
  textures: TextureJudge | null = null,
): RemovalResult<Item> {
  return options.variant === 'verbatim' ? removeMasksVerbatim(items, options) : removeBySets(items, options, textures);
}

/**
 * Each rule looks at the whole set that the rules before it left, never at a half-removed one, and masks
 * are taken in an order of their own, so that the result does not depend on the order in which they arrive:
 *
 * 1. of masks that nearly coincide, the largest stays;
 * 2. a mask that its children cover is compound and goes (tiny children don't count), or if it shows one texture throughout, they go as
 *    its fragments;
 * 3. a tiny child goes if a parent of it stays, unless it shows another material;
 * 4. a tiny mask in a region that no other mask covers goes.
 */
function removeBySets<Item extends { readonly mask: Mask; readonly score: number }>(
  items: readonly Item[],
  options: RemovalOptions,
  textures: TextureJudge | null,
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
  const families = relateMasks(left, options);
  const compounds = findCompound(families, options);
  const wholes = textures === null ? [] : findWholes(compounds, textures.isOneTexture);
  apply('compound', () => compounds.filter((finding) => !wholes.includes(finding)));
  apply('fragment', (masks) => findFragments(wholes, masks));
  const isOther = textures?.isOtherMaterial ?? null;
  apply('tiny-child', (masks) => findTinyChildren(familiesAmong(families, masks), options, isOther));
  apply('tiny-island', (masks) => findTinyIslands(masks, options));
  const kept = new Set(left);
  return { kept: items.filter((item) => kept.has(item)), removals };
}
