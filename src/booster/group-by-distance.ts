/**
 * Groups unit vectors from the bottom up: the two groups with the smallest mean cosine distance between their members join, until no two
 * groups are nearer than `distance`. Returns a group number per vector.
 */
export function groupByDistance(vectors: readonly (readonly number[])[], distance: number): number[] {
  let groups = vectors.map((_, index) => [index]);
  for (;;) {
    const nearest = nearestPair(groups, vectors);
    if (nearest === undefined || nearest.distance >= distance) break;
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
  readonly distance: number;
}

function nearestPair(groups: readonly number[][], vectors: readonly (readonly number[])[]): Pair | undefined {
  let nearest: Pair | undefined;
  groups.forEach((first, index) => {
    for (const second of groups.slice(index + 1)) {
      const distance = meanDistance(first, second, vectors);
      if (nearest === undefined || distance < nearest.distance) nearest = { first, second, distance };
    }
  });
  return nearest;
}

function meanDistance(
  first: readonly number[],
  second: readonly number[],
  vectors: readonly (readonly number[])[],
): number {
  let sum = 0;
  for (const a of first) for (const b of second) sum += cosineDistance(vectors[a] ?? [], vectors[b] ?? []);
  return sum / (first.length * second.length);
}

function cosineDistance(a: readonly number[], b: readonly number[]): number {
  return 1 - a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
