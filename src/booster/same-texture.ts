import type { Mask } from '../core/mask.js';
import type { TextureTokens } from '../core/token-grid.js';
import { meanTokenOf } from './describe-masks.js';
import type { LikenessWeights, MaskTexture } from './material-likeness.js';
import { materialLikeness } from './material-likeness.js';
import type { SameTexture } from './removal-rules/fragment.js';

/** Compares masks by their tokens: one texture where they are more alike than `least`. Null without tokens: then nobody can tell. */
export function sameTextureBy(
  tokens: TextureTokens | null,
  { likeness, least }: { readonly likeness: LikenessWeights; readonly least: number },
): SameTexture | null {
  if (tokens === null) return null;
  const known = new Map<Mask, MaskTexture>();
  const textureOf = (mask: Mask): MaskTexture => {
    const texture = known.get(mask) ?? { crop: null, token: meanTokenOf(mask, tokens) };
    known.set(mask, texture);
    return texture;
  };
  return (a, b) => materialLikeness(textureOf(a), textureOf(b), likeness) > least;
}
