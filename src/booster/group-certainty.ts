import type { Likenesses } from './group-by-likeness.js';

/**
 * How sure it is that each item belongs to its group and to no other, in [0, 1]. Likenesses are logarithms of odds:
 * more than `least` speaks for one group. What counts is the weaker of two: how alike an item is to the others of its
 * group, and how unlike to the most similar other group. An item that was joined to what it is not like is as unsure as
 * one that was parted from what it is like.
 */
export function groupCertainty({ weights, likeness }: Likenesses, groups: readonly number[], least: number): number[] {
  const items = [...groups.keys()];
  const others = new Set(groups);
  return items.map((item) => {
    const meanLikeness = (group: number): number | undefined => {
      const members = items.filter((other) => other !== item && groups[other] === group);
      const total = members.reduce((sum, member) => sum + (weights[member] ?? 0), 0);
      if (total === 0) return undefined;
      return members.reduce((sum, member) => sum + (weights[member] ?? 0) * likeness(item, member), 0) / total;
    };
    const own = meanLikeness(groups[item] ?? 0) ?? Infinity;
    const strangers = [...others].flatMap((group) => (group === groups[item] ? [] : (meanLikeness(group) ?? [])));
    return chance(Math.min(own - least, least - Math.max(-Infinity, ...strangers)));
  });
}

function chance(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
