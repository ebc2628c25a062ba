import type { Mask } from '../core/mask.js';
import type { TextureTokens } from '../core/token-grid.js';
import { meanTokenOf } from './describe-masks.js';
import type { LikenessWeights, MaskTexture } from './material-likeness.js';
import { materialLikeness } from './material-likeness.js';
import type { IsOneTexture } from './removal-rules/fragment.js';
import type { UncoveredOptions } from './uncovered-regions.js';
import { regionsLeft } from './uncovered-regions.js';

export interface OneTextureOptions {
  readonly likeness: LikenessWeights;
  /** Masks that are more alike than this show one texture. */
  readonly least: number;
  /** What children leave of their parent says something where it is no gap and no seam. */
  readonly uncovered: UncoveredOptions;
}

/** Compares the parts of a mask by their tokens. Null without tokens: then nobody can tell. */
export function oneTextureBy(
  tokens: TextureTokens | null,
  { likeness, least, uncovered }: OneTextureOptions,
): IsOneTexture | null {
  if (tokens === null) return null;
  const known = new Map<Mask, MaskTexture>();
  const textureOf = (mask: Mask): MaskTexture => {
    const texture = known.get(mask) ?? { crop: null, token: meanTokenOf(mask, tokens), spectrum: null };
    known.set(mask, texture);
    return texture;
  };
  const areAlike = (a: Mask, b: Mask): boolean => materialLikeness(textureOf(a), textureOf(b), likeness) > least;
  return (whole, children) => {
    const [first, ...others] = children;
    if (first === undefined) return true;
    // What children leave costs more to find than they do to compare.
    return (
      others.every((other) => areAlike(first, other)) &&
      regionsLeft(whole, children, uncovered).every((region) => areAlike(first, region))
    );
  };
}
