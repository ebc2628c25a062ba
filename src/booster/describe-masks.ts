import type { Mask } from '../core/mask.js';
import { pixelOfRank } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import { seededRandom } from '../core/seeded-random.js';
import type { TextureTokens } from '../core/token-grid.js';
import { cellsUnder, cellsWithLabel, innerCells, meanToken } from '../core/token-grid.js';
import { meanVector, toUnitLength } from '../core/vectors.js';
import type { TextureEncoder } from '../texture/texture-encoder.js';
import type { MaskTexture } from './material-likeness.js';
import type { OwnRegion } from './own-regions.js';
import { sampleCrops } from './sample-crops.js';
import { tokensAt } from './sample-tokens.js';

export interface DescribeOptions {
  /** K: crops per mask. */
  readonly cropsPerMask: number;
  /** At least this share of a crop lies in the mask. */
  readonly minimumShare: number;
  /** Share of the image encoder's token in a sample's similarity, in [0, 1]; the crop's embedding has the rest. */
  readonly tokenShare: number;
  readonly seed: number;
}

/** Who describes texture: the crop encoder and, where the image encoder gives them, its dense tokens. */
export interface TextureSources {
  readonly encoder: TextureEncoder;
  readonly tokens: TextureTokens | null;
}

/** K unit vectors per mask. */
export type MaskSamples = readonly (readonly number[])[];

/** What mask merging knows of a mask. */
export interface MaskDescription extends MaskTexture {
  readonly samples: MaskSamples;
  /** What the mask weighs. */
  readonly areaPx: number;
}

/** The same with the pixel around which each sample was taken, as a flat index. */
export interface PlacedDescription extends MaskDescription {
  readonly centres: Uint32Array;
}

/**
 * K samples per mask (Algorithm 2): the embedding of a crop that lies in the mask, joined with the image encoder's token at the crop's
 * centre so that the cosine of two samples is the weighted mean of both cosines. Samples that are no numbers are left out. Beside them the
 * means of the crops' embeddings and of all tokens that lie well inside the mask.
 */
export async function describeMasks(
  image: GreyImage,
  masks: readonly Mask[],
  { encoder, tokens }: TextureSources,
  options: DescribeOptions,
): Promise<PlacedDescription[]> {
  const { cropSize, dimensions } = encoder;
  const { cropsPerMask, minimumShare, seed } = options;
  const random = seededRandom(seed);
  const length = cropsPerMask * cropSize * cropSize;
  const crops = new Float32Array(masks.length * length);
  const centres = masks.map((mask, index) => {
    const sampled = sampleCrops(image, mask, { cropsPerMask, cropSize, minimumShare }, random);
    crops.set(sampled.crops, index * length);
    return sampled.centres;
  });
  const embeddings = await encoder.describe(crops, masks.length * cropsPerMask);
  const embeddingAt = (index: number): number[] => [
    ...embeddings.subarray(index * dimensions, (index + 1) * dimensions),
  ];
  const tokenShare = tokens === null ? 0 : options.tokenShare;
  return masks.map((mask, index) => {
    const dense = tokens === null ? [] : tokensAt(tokens, centres[index] ?? [], image.width);
    const described = Array.from({ length: cropsPerMask }, (_, crop) => embeddingAt(index * cropsPerMask + crop));
    const known = described.flatMap((embedding, crop) =>
      embedding.every(Number.isFinite)
        ? [{ embedding, token: dense[crop] ?? [], centre: centres[index]?.[crop] ?? 0 }]
        : [],
    );
    return {
      samples: known.map(({ embedding, token }) => join(embedding, token, tokenShare)),
      crop: known.length === 0 ? null : meanVector(known.map(({ embedding }) => embedding)),
      token: tokens === null ? null : meanTokenOf(mask, tokens),
      areaPx: mask.areaPx,
      centres: Uint32Array.from(known, ({ centre }) => centre),
    };
  });
}

/** A mask's description from samples that were kept: what {@link describeMasks} says of it, without the crops. */
export function describeAgain(
  samples: MaskSamples,
  { region, ownPx }: OwnRegion,
  tokens: TextureTokens | null,
): MaskDescription {
  const length = (samples[0]?.length ?? 0) - (tokens?.dimensions ?? 0);
  return {
    samples,
    crop: samples.length === 0 ? null : meanVector(samples.map((sample) => toUnitLength(sample.slice(0, length)))),
    token: tokens === null ? null : meanTokenOf(region, tokens),
    areaPx: ownPx,
  };
}

/** Over the cells that lie well inside; a mask without such cells is known by all that it has, or by the one under its middle pixel. */
export function meanTokenOf(mask: Mask, tokens: TextureTokens): number[] {
  const cells = cellsUnder(mask, tokens);
  const inner = innerCells(cells);
  const own = inner.length >= leastInnerCells ? inner : cellsWithLabel(cells);
  if (own.length > 0) return meanToken(tokens, own);
  return tokensAt(tokens, [pixelOfRank(mask, mask.areaPx >> 1)], mask.width)[0] ?? [];
}

const leastInnerCells = 3;

function join(embedding: readonly number[], token: readonly number[], tokenShare: number): number[] {
  const [cropWeight, tokenWeight] = [Math.sqrt(1 - tokenShare), Math.sqrt(tokenShare)];
  return [...embedding.map((value) => value * cropWeight), ...token.map((value) => value * tokenWeight)];
}
