import type { MaterialCount } from '../core/material-count.js';
import { mostMaterials } from '../core/material-count.js';
import { clusterEmbeddings } from './cluster-materials.js';
import type { MaskSamples } from './describe-masks.js';
import { groupBySimilarity } from './group-by-similarity.js';

export interface MergingOptions {
  readonly materials: MaterialCount;
  /** Mean cosine between the samples of two masks above which they show one material (calibrated per models). */
  readonly sameMaterialSimilarity: number;
  readonly seed: number;
  /** Starts of k-means. */
  readonly restarts: number;
}

/** Which material a mask shows, by the vote of its samples. */
export interface MaterialVote {
  /** 0, 1, … in no particular order. */
  readonly material: number;
  /** Share of the samples that voted for it, in [0, 1]. */
  readonly margin: number;
}

/**
 * Mask merging (Algorithm 2): k-means over the samples of all masks, k = number of materials; a mask's material is the majority of its
 * samples' labels. With no more masks than materials there is nothing to merge: k-means would split one mask's samples and the vote
 * would join two different masks, so each mask is then a material of its own.
 */
export function voteMaterials(masks: readonly MaskSamples[], options: MergingOptions): MaterialVote[] {
  const count = typeof options.materials === 'number' ? options.materials : chooseMaterialCount(masks, options);
  if (masks.length <= count) return masks.map((_, material) => ({ material, margin: 1 }));
  if (count === 1) return masks.map(() => ({ material: 0, margin: 1 }));
  const labels = clusterEmbeddings(masks.flat(), { ...options, clusters: count });
  let start = 0;
  return masks.map((samples) => {
    const votes = labels.slice(start, start + samples.length);
    start += samples.length;
    return majority(votes, count);
  });
}

/** Masks that are alike form groups; the number of groups is the number of materials. */
function chooseMaterialCount(masks: readonly MaskSamples[], options: MergingOptions): number {
  const bounds = { similarity: options.sameMaterialSimilarity, most: mostMaterials(options.materials) };
  return new Set(groupBySimilarity(masks.map(meanVector), bounds)).size;
}

/** Not of unit length: the product of two means is the mean cosine between their samples. */
function meanVector(samples: MaskSamples): number[] {
  const [first = []] = samples;
  return first.map((_, d) => samples.reduce((sum, sample) => sum + (sample[d] ?? 0), 0) / samples.length);
}

function majority(votes: readonly number[], count: number): MaterialVote {
  const tally = new Array<number>(count).fill(0);
  for (const vote of votes) tally[vote] = (tally[vote] ?? 0) + 1;
  const most = Math.max(...tally);
  return { material: tally.indexOf(most), margin: most / votes.length };
}
