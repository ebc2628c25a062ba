import type { Mask } from '../core/mask.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { MergingParameters } from './found-masks.js';
import { removeMasks } from './mask-removal.js';
import type { RemovalOptions } from './removal-options.js';
import type { RemovalResult } from './removal-record.js';
import { textureJudge } from './texture-judge.js';

/** Mask removal, with what the tokens say about which masks show one texture or two materials. */
export function keepMasks<Item extends { readonly mask: Mask; readonly score: number }>(
  items: readonly Item[],
  tokens: TextureTokens | null,
  {
    removal,
    merging,
    fragments,
    uncovered,
  }: Pick<MergingParameters, 'merging' | 'fragments' | 'uncovered'> & { readonly removal: RemovalOptions },
): RemovalResult<Item> {
  const textures = textureJudge(tokens, {
    likeness: merging.likeness,
    leastOfOneTexture: fragments.leastLikeness,
    leastOfOneMaterial: merging.leastLikeness,
    uncovered,
  });
  return removeMasks(items, removal, textures);
}
