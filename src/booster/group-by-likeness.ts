/** Items and how alike each two of them are. */
export interface Likenesses {
  /** How much each item counts in the mean likeness of a group, above 0. */
  readonly weights: readonly number[];
  /** Symmetric; larger: more alike. */
  readonly likeness: (first: number, second: number) => number;
}

/** When groups join, and how many there may be. */
export interface GroupBounds {
  /** Groups that are more alike than this join. */
  readonly least: number;
  /** Groups join on until there are no more than this. */
  readonly most: number;
  /** Groups below this share of all weights are scraps: they join what they are most like, unless they are no more alike than this. */
  readonly scraps?: { readonly share: number; readonly least: number };
}

/**
 * Groups items from the bottom up by their mean likeness over all pairs of members (average linkage): the two groups most alike join until no
 * two are alike enough and there are not too many; then scraps join, too. Returns a group number per item, counted from 0 in the order of the items.
 */
export function groupByLikeness(
  { weights, likeness }: Likenesses,
  { least, most, scraps = { share: 0, least: Infinity } }: GroupBounds,
): number[] {
  const count = weights.length;
  const table = Array.from({ length: count }, (_, first) =>
    Float64Array.from({ length: count }, (_, second) => (first < second ? likeness(first, second) : 0)),
  );
  const at = (a: number, b: number): number => (table[Math.min(a, b)] as Float64Array)[Math.max(a, b)] as number;
  const set = (a: number, b: number, value: number): void => {
    (table[Math.min(a, b)] as Float64Array)[Math.max(a, b)] = value;
  };
  const sizes = [...weights];
  const mostOfScraps = scraps.share * weights.reduce((sum, weight) => sum + weight, 0);
  const isScrap = (group: number): boolean => (sizes[group] as number) < mostOfScraps;
  const joinedTo = Array.from({ length: count }, (_, item) => item);
  let groups = [...joinedTo];
  const nextPair = () => {
    const pair = mostAlike(groups, at);
    if (groups.length > most || pair.likeness > least) return pair;
    const ofScrap = mostAlike(groups, (a, b) => (isScrap(a) || isScrap(b) ? at(a, b) : -Infinity));
    return ofScrap.likeness > scraps.least ? ofScrap : undefined;
  };
  while (groups.length > 1) {
    const pair = nextPair();
    if (pair === undefined) break;
    const [sizeFirst, sizeSecond] = [sizes[pair.first] as number, sizes[pair.second] as number];
    groups = groups.filter((group) => group !== pair.second);
    for (const other of groups) {
      if (other === pair.first) continue;
      const sum = sizeFirst * at(other, pair.first) + sizeSecond * at(other, pair.second);
      set(other, pair.first, sum / (sizeFirst + sizeSecond));
    }
    sizes[pair.first] = sizeFirst + sizeSecond;
    joinedTo.forEach((group, item) => {
      if (group === pair.second) joinedTo[item] = pair.first;
    });
  }
  return joinedTo.map((group) => groups.indexOf(group));
}

function mostAlike(groups: readonly number[], at: (first: number, second: number) => number) {
  let best = { first: groups[0] as number, second: groups[1] as number, likeness: -Infinity };
  groups.forEach((first, index) => {
    for (let next = index + 1; next < groups.length; next++) {
      const second = groups[next] as number;
      const likeness = at(first, second);
      if (likeness > best.likeness) best = { first, second, likeness };
    }
  });
  return best;
}
