import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { groupByLikeness } from '../../../src/booster/group-by-likeness.js';

const places = fc.array(fc.record({ at: fc.integer({ min: 0, max: 60 }), weight: fc.integer({ min: 1, max: 5 }) }), {
  minLength: 1,
  maxLength: 10,
});
const likenessOf = (items: readonly { readonly at: number }[]) => (first: number, second: number) =>
  -Math.abs((items[first]?.at ?? 0) - (items[second]?.at ?? 0));

/** Mean likeness over all pairs of members, by their weights: the definition. */
function meanLikeness(
  items: readonly { readonly at: number; readonly weight: number }[],
  groups: readonly number[],
  a: number,
  b: number,
) {
  const members = (group: number) => [...items.keys()].filter((item) => groups[item] === group);
  const likeness = likenessOf(items);
  let [sum, weight] = [0, 0];
  for (const first of members(a)) {
    for (const second of members(b)) {
      const both = (items[first]?.weight ?? 0) * (items[second]?.weight ?? 0);
      sum += both * likeness(first, second);
      weight += both;
    }
  }
  return sum / weight;
}

test('ends with no two groups that should join, and no more than there may be', () => {
  fc.assert(
    fc.property(places, fc.integer({ min: -20, max: 0 }), fc.integer({ min: 1, max: 10 }), (items, least, most) => {
      const weights = items.map(({ weight }) => weight);
      const groups = groupByLikeness({ weights, likeness: likenessOf(items) }, { least, most });
      const count = new Set(groups).size;
      expect(groups[0]).toBe(0);
      expect(Math.max(...groups)).toBe(count - 1);
      expect(count).toBeLessThanOrEqual(most);
      for (let a = 0; a < count; a++) {
        for (let b = a + 1; b < count; b++) {
          expect(meanLikeness(items, groups, a, b)).toBeLessThanOrEqual(least + 1e-9);
        }
      }
    }),
  );
});

test('a scrap joins what it is most like, unless nothing is like it', () => {
  const items = [0, 0, 10, 10, 7, 40].map((at) => ({ at }));
  const given = { weights: [9, 9, 9, 9, 1, 1], likeness: likenessOf(items) };
  expect(groupByLikeness(given, { least: -1, most: 9 })).toEqual([0, 0, 1, 1, 2, 3]);
  const scraps = { share: 0.05, least: -20 };
  expect(groupByLikeness(given, { least: -1, most: 9, scraps })).toEqual([0, 0, 1, 1, 1, 2]);
});
