import type { Mask } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import { seededRandom } from '../core/seeded-random.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { TextureEncoder } from '../texture/texture-encoder.js';
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

/**
 * K samples per mask (Algorithm 2): the embedding of a crop that lies in the mask, joined with the image encoder's token at the crop's
 * centre so that the cosine of two samples is the weighted mean of both cosines.
 */
export async function describeMasks(
  image: GreyImage,
  masks: readonly Mask[],
  sources: TextureSources,
  options: DescribeOptions,
): Promise<MaskSamples[]> {
  return (await describePlaces(image, masks, sources, options)).map(({ samples }) => samples);
}

/** The samples of a mask, and the pixel around which each was taken, as a flat index. */
export interface PlacedSamples {
  readonly samples: MaskSamples;
  readonly centres: Uint32Array;
}

/** The same with the place of each sample. */
export async function describePlaces(
  image: GreyImage,
  masks: readonly Mask[],
  { encoder, tokens }: TextureSources,
  options: DescribeOptions,
): Promise<PlacedSamples[]> {
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
  return centres.map((pixels, mask) => {
    const dense = tokens === null ? [] : tokensAt(tokens, pixels, image.width);
    const samples = Array.from({ length: cropsPerMask }, (_, crop) =>
      join(embeddingAt(mask * cropsPerMask + crop), dense[crop] ?? [], tokenShare),
    );
    return { samples, centres: pixels };
  });
}

function join(embedding: readonly number[], token: readonly number[], tokenShare: number): number[] {
  const [cropWeight, tokenWeight] = [Math.sqrt(1 - tokenShare), Math.sqrt(tokenShare)];
  return [...embedding.map((value) => value * cropWeight), ...token.map((value) => value * tokenWeight)];
}
