import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { groupCertainty } from '../../../src/booster/group-certainty.js';

/** Likenesses of items by their places on a line: 4 for the same place, less the further apart they are. */
const line = (places: readonly number[]) => ({
  weights: places.map(() => 1),
  likeness: (a: number, b: number) => 4 - Math.abs((places[a] ?? 0) - (places[b] ?? 0)),
});

describe('how sure a group is', () => {
  test('falls where items were joined that are not alike', () => {
    const [alike] = groupCertainty(line([0, 0.5]), [0, 0], 0);
    const [forced] = groupCertainty(line([0, 6]), [0, 0], 0);
    expect(alike).toBeGreaterThan(0.95);
    expect(forced).toBeLessThan(0.2);
  });

  test('falls where items were parted that are alike', () => {
    const [apart] = groupCertainty(line([0, 9]), [0, 1], 0);
    const [close] = groupCertainty(line([0, 1]), [0, 1], 0);
    expect(apart).toBeGreaterThan(0.95);
    expect(close).toBeLessThan(0.1);
  });

  test('is whole where there is only one item', () => {
    expect(groupCertainty(line([3]), [0], 0)).toEqual([1]);
  });

  test('is a share, and does not hang on the order of the items', () => {
    const item = fc.record({ place: fc.integer({ min: -9, max: 9 }), group: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 7 }), (items) => {
        const of = (some: typeof items) =>
          groupCertainty(line(some.map(({ place }) => place)), some.map(({ group }) => group), 0); // prettier-ignore
        const certainty = of(items);
        expect(certainty.every((each) => each >= 0 && each <= 1)).toBe(true);
        of(items.toReversed()).forEach((each, at) => expect(each).toBeCloseTo(certainty.at(-1 - at) ?? NaN, 9));
      }),
    );
  });
});
