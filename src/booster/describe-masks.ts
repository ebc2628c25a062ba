import { type Mask, pixelOfRank } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import { type SeededRandom, seededRandom } from '../core/seeded-random.js';
import { cellsUnder, cellsWithLabel, innerCells, meanToken, type TextureTokens } from '../core/token-grid.js';
import { meanVector, toUnitLength } from '../core/vectors.js';
import type { TextureEncoder } from '../texture/texture-encoder.js';
import type { MaskTexture } from './material-likeness.js';
import type { OwnRegion } from './own-regions.js';
import { sampleCrops } from './sample-crops.js';
import { tokensAt } from './sample-tokens.js';
import type { PlacedTraits } from './traits.js';

/** How masks are sampled and described. */
export interface DescribeOptions {
  /** K: crops per mask. */
  readonly cropsPerMask: number;
  /** At least this share of a crop lies in the mask. */
  readonly minimumShare: number;
  /** Share of the image encoder's token in a sample's similarity, in [0, 1]; the crop's embedding has the rest. */
  readonly tokenShare: number;
  readonly seed: number;
}

/** Who describes texture. */
export interface TextureSources {
  readonly encoder: TextureEncoder;
  /** Dense tokens of the image encoder, where it gives them. */
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

/** Samples of a mask with the pixel around which each was taken, as a flat index. */
export interface PlacedSamples {
  readonly samples: MaskSamples;
  readonly centres: Uint32Array;
}

/** The description of a micrograph's masks, and where each of their samples lies. */
export interface PlacedDescription extends MaskDescription, PlacedSamples {}

/**
 * K samples per mask (Algorithm 2): the embedding of a crop that lies in the mask, joined with the image encoder's token at the crop's
 * centre so that the cosine of two samples is the weighted mean of both cosines. Samples that are no numbers are left out. Beside them the
 * means of the crops' embeddings and of all tokens that lie well inside the mask. Their traits are left to sample-traits.
 */
export async function describeMasks(
  image: GreyImage,
  masks: readonly Mask[],
  { encoder, tokens }: TextureSources,
  options: DescribeOptions,
): Promise<PlacedDescription[]> {
  const tokenShare = tokens === null ? 0 : options.tokenShare;
  const described = await sampleMasks(image, masks, encoder, options);
  return masks.map((mask, index) => {
    const { samples, centres } = described[index] ?? noSamples;
    const dense = tokens === null ? [] : tokensAt(tokens, centres, image.width);
    return {
      samples: samples.map((embedding, crop) => join(embedding, dense[crop] ?? [], tokenShare)),
      centres,
      crop: meanOrNull(samples),
      token: tokens === null ? null : meanTokenOf(mask, tokens),
      traits: null,
      areaPx: mask.areaPx,
    };
  });
}

const noSamples: PlacedSamples = { samples: [], centres: new Uint32Array() };

function meanOrNull(samples: MaskSamples): number[] | null {
  return samples.length === 0 ? null : meanVector(samples);
}

/** Masks are described in batches of so many pixels of crops, lest those of hundreds of masks fill the memory. */
const pixelsPerBatch = 1 << 23;

/** What an encoder says of crops of each mask; crops of which it says no numbers are left out. */
async function sampleMasks(
  image: GreyImage,
  masks: readonly Mask[],
  encoder: TextureEncoder,
  options: Pick<DescribeOptions, 'cropsPerMask' | 'minimumShare' | 'seed'>,
): Promise<PlacedSamples[]> {
  const random = seededRandom(options.seed);
  const perBatch = Math.max(1, Math.floor(pixelsPerBatch / (options.cropsPerMask * encoder.cropSize ** 2)));
  const sampled: PlacedSamples[] = [];
  for (let first = 0; first < masks.length; first += perBatch) {
    sampled.push(...(await sampleBatch(image, masks.slice(first, first + perBatch), encoder, options, random)));
  }
  return sampled;
}

async function sampleBatch(
  image: GreyImage,
  masks: readonly Mask[],
  encoder: TextureEncoder,
  { cropsPerMask, minimumShare }: Pick<DescribeOptions, 'cropsPerMask' | 'minimumShare'>,
  random: SeededRandom,
): Promise<PlacedSamples[]> {
  const { cropSize, dimensions } = encoder;
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
  return centres.map((own, index) => {
    const known = [...own].flatMap((centre, crop) => {
      const embedding = embeddingAt(index * cropsPerMask + crop);
      return embedding.every(Number.isFinite) ? [{ embedding, centre }] : [];
    });
    return {
      samples: known.map(({ embedding }) => embedding),
      centres: Uint32Array.from(known, ({ centre }) => centre),
    };
  });
}

/** A mask's description from samples that were kept: what {@link describeMasks} says of it, without the crops. */
export function describeAgain(
  { samples, traits }: { readonly samples: MaskSamples; readonly traits: readonly PlacedTraits[] | null },
  { region, ownPx }: OwnRegion,
  tokens: TextureTokens | null,
): MaskDescription {
  const length = (samples[0]?.length ?? 0) - (tokens?.dimensions ?? 0);
  return {
    samples,
    crop: meanOrNull(samples.map((sample) => toUnitLength(sample.slice(0, length)))),
    token: tokens === null ? null : meanTokenOf(region, tokens),
    traits,
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
