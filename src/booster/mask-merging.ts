import type { Mask } from '../core/mask.js';
import type { MaterialCount } from '../core/material-count.js';
import { mostMaterials } from '../core/material-count.js';
import type { GreyImage } from '../core/micrograph.js';
import { seededRandom } from '../core/seeded-random.js';
import type { TextureEncoder } from '../texture/texture-encoder.js';
import { clusterEmbeddings } from './cluster-materials.js';
import { groupByDistance } from './group-by-distance.js';
import { sampleCrops } from './sample-crops.js';

export interface MergingOptions {
  readonly materials: MaterialCount;
  /** K: crops per mask. */
  readonly cropsPerMask: number;
  readonly minimumShare: number;
  /** Cosine distance of mean embeddings below which two masks show one material (calibrated per texture encoder). */
  readonly sameMaterialDistance: number;
  readonly seed: number;
  readonly restarts: number;
}

/** Which material a mask shows, by the vote of its crops. */
export interface MaterialVote {
  /** 0, 1, … in no particular order. */
  readonly material: number;
  /** Share of the crops that voted for it, in [0, 1]. */
  readonly margin: number;
}

/**
 * Mask merging (Algorithm 2): K crops per mask → embeddings → k-means → majority vote. Masks with the same material belong together.
 * With no more masks than materials there is nothing to merge: k-means would split one mask's crops and the vote would join two
 * different masks, so each mask is then a material of its own.
 */
export async function voteMaterials(
  image: GreyImage,
  masks: readonly Mask[],
  encoder: TextureEncoder,
  options: MergingOptions,
): Promise<MaterialVote[]> {
  if (masks.length === 0) return [];
  const embeddings = await describeMasks(image, masks, encoder, options);
  const count = typeof options.materials === 'number' ? options.materials : chooseMaterialCount(embeddings, options);
  if (masks.length <= count) return masks.map((_, material) => ({ material, margin: 1 }));
  if (count === 1) return masks.map(() => ({ material: 0, margin: 1 }));
  const clusters = clusterEmbeddings(embeddings.flat(), { ...options, clusters: count });
  return masks.map((_, index) => {
    const votes = clusters.slice(index * options.cropsPerMask, (index + 1) * options.cropsPerMask);
    return majority(votes, count);
  });
}

/** Groups masks whose mean embeddings are nearer than the calibrated distance; the number of groups is the number of materials. */
function chooseMaterialCount(embeddings: readonly number[][][], options: MergingOptions): number {
  const groups = groupByDistance(embeddings.map(meanDirection), options.sameMaterialDistance);
  return Math.min(mostMaterials(options.materials), new Set(groups).size);
}

/** Per mask K embeddings. */
async function describeMasks(
  image: GreyImage,
  masks: readonly Mask[],
  encoder: TextureEncoder,
  { cropsPerMask, minimumShare, seed }: MergingOptions,
): Promise<number[][][]> {
  const { cropSize, dimensions } = encoder;
  const random = seededRandom(seed);
  const cropLength = cropSize * cropSize;
  const crops = new Float32Array(masks.length * cropsPerMask * cropLength);
  masks.forEach((mask, index) => {
    const sampled = sampleCrops(image, mask, { cropsPerMask, cropSize, minimumShare }, random);
    crops.set(sampled, index * cropsPerMask * cropLength);
  });
  const flat = await encoder.describe(crops, masks.length * cropsPerMask);
  const embedding = (index: number): number[] => [...flat.subarray(index * dimensions, (index + 1) * dimensions)];
  return masks.map((_, mask) =>
    Array.from({ length: cropsPerMask }, (_crop, crop) => embedding(mask * cropsPerMask + crop)),
  );
}

function meanDirection(embeddings: readonly number[][]): number[] {
  const sum = (embeddings[0] ?? []).map((_, d) => embeddings.reduce((total, vector) => total + (vector[d] ?? 0), 0));
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}

function majority(votes: readonly number[], count: number): MaterialVote {
  const tally = new Array<number>(count).fill(0);
  for (const vote of votes) tally[vote] = (tally[vote] ?? 0) + 1;
  const most = Math.max(...tally);
  return { material: tally.indexOf(most), margin: most / votes.length };
}
