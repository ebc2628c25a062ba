import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareTraits } from '../../../src/booster/compare-traits.js';
import type { PlacedTraits } from '../../../src/booster/traits.js';

const pattern = [-1, -2, -3];
const place = (x: number, grey: number, { share = 1, spread = 0.02, rings = pattern } = {}): PlacedTraits => {
  return { x, y: 0, values: [share, grey, spread, ...rings] };
};
const places = (from: number, grey: (x: number) => number) =>
  Array.from({ length: 16 }, (_, at) => place(from + 10 * at, grey(from + 10 * at)));
const contrastOf = (a: readonly PlacedTraits[], b: readonly PlacedTraits[]) => compareTraits(a, b)?.contrast ?? NaN;

describe('the contrast of two masks', () => {
  test('is the difference of their grey in its spread', () => {
    const flat = contrastOf(places(0, () => 0.3), places(160, () => 0.45)); // prettier-ignore
    expect(flat).toBeCloseTo(Math.log(0.15 / 0.03 + 0.1));
    expect(contrastOf(places(0, () => 0.3), places(160, () => 0.3))).toBeCloseTo(Math.log(0.1)); // prettier-ignore
  });

  test('of a slope that was cut is small, of a step as high it is not', () => {
    const slope = contrastOf(places(0, (x) => x / 320), places(160, (x) => x / 320)); // prettier-ignore
    const step = contrastOf(places(0, () => 0.25), places(160, () => 0.75)); // prettier-ignore
    expect(slope).toBeLessThan(step - 1);
  });

  test('is the same either way', () => {
    const grey = fc.double({ min: 0, max: 1, noNaN: true });
    const some = fc.array(fc.record({ x: fc.integer({ min: 0, max: 99 }), grey }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(some, some, (a, b) => {
        // So few that all pairs count: of equal distances neither order could choose otherwise.
        const [first, second] = [a, b].map((each) => each.slice(0, 3).map(({ x, grey: of }) => place(x, of)));
        expect(contrastOf(first ?? [], second ?? [])).toBeCloseTo(contrastOf(second ?? [], first ?? []), 9);
      }),
    );
  });
});

describe('the distance of two patterns', () => {
  const patternOf = (a: PlacedTraits, b: PlacedTraits) => compareTraits([a], [b])?.pattern ?? NaN;

  test('is none where only the whole power differs', () => {
    expect(patternOf(place(0, 0.5), place(9, 0.5, { rings: [1, 0, -1] }))).toBeCloseTo(0, 9);
  });

  test('grows with another shape, up to a limit', () => {
    const near = patternOf(place(0, 0.5), place(9, 0.5, { rings: [-1, -2.5, -3] }));
    const far = patternOf(place(0, 0.5), place(9, 0.5, { rings: [-9, -2, -3] }));
    expect(near).toBeGreaterThan(0.1);
    expect(far).toBe(1.2);
  });

  test('counts for little where a mask fills little of the squares', () => {
    const rings = [-9, -2, -3];
    expect(patternOf(place(0, 0.5, { share: 0.2 }), place(9, 0.5, { rings }))).toBeLessThan(0.1);
  });
});

test('nothing is known of a mask without places', () => {
  expect(compareTraits([], [place(0, 0.5)])).toBeNull();
});
