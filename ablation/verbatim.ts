import { clusterEmbeddings } from '../src/booster/cluster-materials.js';
import { describeMasks } from '../src/booster/describe-masks.js';
import { voteByClusters } from '../src/booster/mask-merging.js';
import { type Mask, unionOf } from '../src/core/mask.js';
import type { ImageContext } from './image-context.js';

/**
 * Mask merging to the letter of Algorithm 2: crops anywhere in a mask, their embeddings alone, one run of k-means, majority vote, union. Masks of
 * different materials may overlap afterwards.
 */
export async function mergeVerbatim({ image, texture }: ImageContext, masks: readonly Mask[]): Promise<Mask[]> {
  if (masks.length === 0) return [];
  const options = { cropsPerMask: 32, minimumShare: 0, tokenShare: 0, seed: 0 };
  const described = await describeMasks(image.micrograph, masks, { encoder: texture, tokens: null }, options);
  const samples = described.map((mask) => mask.samples);
  const clusters = Math.min(image.materials, samples.flat().length);
  const votes = voteByClusters(samples, (all) => clusterEmbeddings(all, { clusters, seed: 0, restarts: 1 }));
  return [...new Set(votes.map(({ material }) => material))].flatMap((material) => {
    const [first, ...rest] = masks.filter((_, index) => votes[index]?.material === material);
    return first === undefined ? [] : [unionOf(first, ...rest)];
  });
}
