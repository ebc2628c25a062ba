import type { Mask } from '../core/mask.js';
import type { TextureTokens } from '../core/token-grid.js';
import { meanTokenOf } from './describe-masks.js';
import { type LikenessWeights, type MaskTexture, materialLikeness } from './material-likeness.js';
import type { IsOneTexture } from './removal-rules/fragment.js';
import type { IsOtherMaterial } from './removal-rules/tiny-child.js';
import { regionsLeft, type UncoveredOptions } from './uncovered-regions.js';

/** What mask removal may ask about the texture of masks. */
export interface TextureJudge {
  readonly isOneTexture: IsOneTexture;
  readonly isOtherMaterial: IsOtherMaterial;
}

/** When two masks are taken for the same texture. */
export interface TextureJudgeOptions {
  readonly likeness: LikenessWeights;
  /** Masks that are more alike than this show one texture. */
  readonly leastOfOneTexture: number;
  /** Masks that are no more alike than this show two materials, as in mask merging. */
  readonly leastOfOneMaterial: number;
  /** What children leave of their parent says something where it is no gap and no seam. */
  readonly uncovered: UncoveredOptions;
}

/** Compares masks by their tokens. Null without tokens: then nobody can tell. */
export function textureJudge(tokens: TextureTokens | null, options: TextureJudgeOptions): TextureJudge | null {
  if (tokens === null) return null;
  const known = new Map<Mask, MaskTexture>();
  const textureOf = (mask: Mask): MaskTexture => {
    const texture = known.get(mask) ?? { crop: null, token: meanTokenOf(mask, tokens), traits: null };
    known.set(mask, texture);
    return texture;
  };
  const likenessOf = (a: Mask, b: Mask): number => materialLikeness(textureOf(a), textureOf(b), options.likeness);
  const areAlike = (a: Mask, b: Mask): boolean => likenessOf(a, b) > options.leastOfOneTexture;
  return {
    isOneTexture: (whole, children) => {
      const [first, ...others] = children;
      if (first === undefined) return true;
      // What children leave costs more to find than they do to compare.
      return (
        others.every((other) => areAlike(first, other)) &&
        regionsLeft(whole, children, options.uncovered).every((region) => areAlike(first, region))
      );
    },
    isOtherMaterial: (child, parent) => likenessOf(child, parent) <= options.leastOfOneMaterial,
  };
}
