import { type MaterialCount, mostMaterials } from '../core/material-count.js';
import { clusterEmbeddings } from './cluster-materials.js';
import type { MaskDescription, MaskSamples } from './describe-masks.js';
import { type GroupBounds, groupByLikeness, type Likenesses } from './group-by-likeness.js';
import { groupCertainty } from './group-certainty.js';
import { keepApart } from './keep-apart.js';
import { type LikenessWeights, materialLikeness } from './material-likeness.js';
import type { MaterialVote } from './material-vote.js';
import { voteByGroups } from './vote-by-groups.js';

/** What is painted: one region per material, or one per mask, so that nothing is merged across a border that SAM saw. */
export const mergeModes = ['material', 'region'] as const;

/** One of the ways to group masks. */
export type MergeMode = (typeof mergeModes)[number];

/** A label map has room for no more regions than this; the smallest go. */
const mostRegions = 250;

/** One material per mask, the largest first; null for those that find no room. */
export function voteRegions(masks: readonly { readonly areaPx: number }[]): (MaterialVote | null)[] {
  const largestFirst = [...masks].sort((a, b) => b.areaPx - a.areaPx);
  const rank = new Map(largestFirst.map((mask, material) => [mask, material]));
  return masks.map((mask) => {
    const material = rank.get(mask) ?? 0;
    return material < mostRegions ? { material, margin: 1 } : null;
  });
}

/** How masks become materials; docs/DESIGN.md, 5 has the reasons. */
export interface MergingOptions {
  readonly materials: MaterialCount;
  /** Masks are grouped as wholes by their likeness, or their samples by k-means as in the paper. */
  readonly grouping: 'likeness' | 'k-means';
  readonly likeness: LikenessWeights;
  /** Where nobody gives the number of materials, groups of masks that are more alike than this are one material. */
  readonly leastLikeness: number;
  /** A group below this share of all masks is a material of its own only if it is less alike to all others by this much. */
  readonly scraps: { readonly share: number; readonly margin: number };
  /** Masks, by their indices, that are not alike whatever their texture. Unset: none. */
  readonly areApart?: ((first: number, second: number) => boolean) | undefined;
  readonly seed: number;
  /** Starts of k-means. */
  readonly restarts: number;
}

/**
 * Mask merging (Algorithm 2) with its guards: with no more masks than materials there is nothing to merge, since k-means would split one mask's
 * samples and the vote would join two different masks; and masks whose samples lie clearly apart are not joined while there is a choice.
 * Grouping masks as wholes, each by its area, keeps both guards by itself, and a few scraps cannot outvote a large mask.
 */
export function voteMaterials(masks: readonly MaskDescription[], options: MergingOptions): MaterialVote[] {
  const { materials, grouping, leastLikeness } = options;
  if (typeof materials === 'number' && masks.length <= materials) {
    return masks.map((_, material) => ({ material, margin: 1 }));
  }
  const likenesses = likenessesOf(masks, options);
  const groups = groupAlike(likenesses, options);
  const count = new Set(groups).size;
  const samples = masks.map((mask) => mask.samples);
  if (grouping === 'likeness' || masks.length <= count || count === 1) {
    const certainty = groupCertainty(likenesses, groups, leastLikeness);
    return voteByGroups(samples, groups).map((vote, mask) => {
      return { ...vote, margin: vote.margin * (certainty[mask] ?? 1) };
    });
  }
  const votes = voteByClusters(samples, (all) => clusterEmbeddings(all, { ...options, clusters: count }));
  return keepApart(samples, votes, count);
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

/** Less alike than any two textures; finite, since means are taken of likenesses. */
const likenessApart = -30;

/** Masks that are alike form groups; where the number of materials is not given, it is the number of groups. */
export function groupMasks(masks: readonly MaskDescription[], options: GroupingOptions): number[] {
  return groupAlike(likenessesOf(masks, options), options);
}

type GroupingOptions = Pick<MergingOptions, 'materials' | 'likeness' | 'leastLikeness' | 'scraps' | 'areApart'>;

/** How alike masks are, each pair compared once. */
function likenessesOf(
  masks: readonly MaskDescription[],
  { likeness, areApart }: Pick<MergingOptions, 'likeness' | 'areApart'>,
): Likenesses {
  const table = masks.map((mask, index) =>
    masks
      .slice(0, index)
      .map((other, at): number =>
        areApart?.(at, index) === true ? likenessApart : materialLikeness(other, mask, likeness),
      ),
  );
  return {
    weights: masks.map(({ areaPx }) => areaPx),
    likeness: (a, b) => table[Math.max(a, b)]?.[Math.min(a, b)] ?? 0,
  };
}

function groupAlike(
  likenesses: Likenesses,
  { materials, leastLikeness, scraps }: Omit<GroupingOptions, 'likeness'>,
): number[] {
  const most = mostMaterials(materials);
  const bounds: GroupBounds =
    typeof materials === 'number'
      ? { least: Infinity, most }
      : { least: leastLikeness, most, scraps: { share: scraps.share, least: leastLikeness - scraps.margin } };
  return groupByLikeness(likenesses, bounds);
}

/** Of clusters with equally many votes the first. */
function majority(votes: readonly number[]): MaterialVote {
  const tally = new Array<number>(Math.max(...votes) + 1).fill(0);
  for (const vote of votes) tally[vote] = (tally[vote] ?? 0) + 1;
  const most = Math.max(...tally);
  return { material: tally.indexOf(most), margin: most / votes.length };
}
