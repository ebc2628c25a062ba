import { dot } from '../core/vectors.js';

export interface GroupBounds {
  /** Groups at least this similar join. */
  readonly similarity: number;
  /** Groups join on until there are no more than this. */
  readonly most: number;
}

/**
 * Groups vectors from the bottom up by mean similarity (the dot product, averaged over all pairs of members): the two most similar groups join
 * until no two are similar enough and there are not too many. Returns a group number per vector.
 */
export function groupBySimilarity(
  vectors: readonly (readonly number[])[],
  { similarity, most }: GroupBounds,
): number[] {
  let groups = vectors.map((_, index) => [index]);
  for (;;) {
    const nearest = mostSimilarPair(groups, vectors);
    if (nearest === undefined || (groups.length <= most && nearest.similarity < similarity)) break;
    const { first, second } = nearest;
    groups = [...groups.filter((group) => group !== first && group !== second), [...first, ...second]];
  }
  const groupOf = new Array<number>(vectors.length).fill(0);
  groups.forEach((members, group) => members.forEach((member) => (groupOf[member] = group)));
  return groupOf;
}

interface Pair {
  readonly first: number[];
  readonly second: number[];
  readonly similarity: number;
}

function mostSimilarPair(groups: readonly number[][], vectors: readonly (readonly number[])[]): Pair | undefined {
  let best: Pair | undefined;
  groups.forEach((first, index) => {
    for (const second of groups.slice(index + 1)) {
      const similarity = meanSimilarity(first, second, vectors);
      if (best === undefined || similarity > best.similarity) best = { first, second, similarity };
    }
  });
  return best;
}

function meanSimilarity(
  first: readonly number[],
  second: readonly number[],
  vectors: readonly (readonly number[])[],
): number {
  let sum = 0;
  for (const a of first) for (const b of second) sum += dot(vectors[a] ?? [], vectors[b] ?? []);
  return sum / (first.length * second.length);
}
