import type { MaterialCount } from '../core/material-count.js';
import { mostMaterials } from '../core/material-count.js';
import { clusterEmbeddings } from './cluster-materials.js';
import type { MaskSamples } from './describe-masks.js';
import { groupBySimilarity } from './group-by-similarity.js';
import { keepApart } from './keep-apart.js';
import type { MaterialVote } from './material-vote.js';
import { meanVector } from '../core/vectors.js';

export interface MergingOptions {
  readonly materials: MaterialCount;
  /** Mean cosine between the samples of two masks above which they show one material (calibrated per models). */
  readonly sameMaterialSimilarity: number;
  readonly seed: number;
  /** Starts of k-means. */
  readonly restarts: number;
}

/**
 * Mask merging (Algorithm 2) with its guards: with no more masks than materials there is nothing to merge, since k-means would split one mask's
 * samples and the vote would join two different masks; and masks whose samples lie clearly apart are not joined while there is a choice
 * (see {@link keepApart}).
 */
export function voteMaterials(masks: readonly MaskSamples[], options: MergingOptions): MaterialVote[] {
  const count = typeof options.materials === 'number' ? options.materials : chooseMaterialCount(masks, options);
  if (masks.length <= count) return masks.map((_, material) => ({ material, margin: 1 }));
  if (count === 1) return masks.map(() => ({ material: 0, margin: 1 }));
  const votes = voteByClusters(masks, (samples) => clusterEmbeddings(samples, { ...options, clusters: count }));
  return keepApart(masks, votes, count);
}

/** Algorithm 2 of the paper as it is: all samples are clustered, a mask's material is the majority of its samples' clusters. */
export function voteByClusters(
  masks: readonly MaskSamples[],
  cluster: (samples: MaskSamples) => readonly number[],
): MaterialVote[] {
  const labels = cluster(masks.flat());
  let start = 0;
  return masks.map((samples) => {
    const votes = labels.slice(start, start + samples.length);
    start += samples.length;
    return majority(votes);
  });
}

/** Masks that are alike form groups; the number of groups is the number of materials. */
function chooseMaterialCount(masks: readonly MaskSamples[], options: MergingOptions): number {
  const bounds = { similarity: options.sameMaterialSimilarity, most: mostMaterials(options.materials) };
  return new Set(groupBySimilarity(masks.map(meanVector), bounds)).size;
}

/** Of clusters with equally many votes the first. */
function majority(votes: readonly number[]): MaterialVote {
  const tally = new Array<number>(Math.max(...votes) + 1).fill(0);
  for (const vote of votes) tally[vote] = (tally[vote] ?? 0) + 1;
  const most = Math.max(...tally);
  return { material: tally.indexOf(most), margin: most / votes.length };
}
