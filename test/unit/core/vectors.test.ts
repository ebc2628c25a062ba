import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dot, meanVector, squaredDistance, toUnitLength } from '../../../src/core/vectors.js';

const numbers = fc.double({ min: -100, max: 100, noNaN: true });
const pairs = fc.integer({ min: 1, max: 6 }).chain((length) => {
  const vector = fc.array(numbers, { minLength: length, maxLength: length });
  return fc.tuple(vector, vector);
});

test('the distance is that of the scalar products: |a − b|² = a·a − 2 a·b + b·b', () => {
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      expect(squaredDistance(a, b)).toBeCloseTo(dot(a, a) - 2 * dot(a, b) + dot(b, b), 6);
      expect(dot(a, b)).toBe(dot(b, a));
    }),
  );
});

test('the mean is as far from two vectors as they are from it', () => {
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      const mean = meanVector([a, b]);
      expect(squaredDistance(mean, a)).toBeCloseTo(squaredDistance(mean, b), 6);
      expect(4 * squaredDistance(mean, a)).toBeCloseTo(squaredDistance(a, b), 6);
    }),
  );
  expect(meanVector([])).toEqual([]);
});

test('a unit vector points where its vector does; a zero vector stays one', () => {
  fc.assert(
    fc.property(pairs, ([a]) => {
      fc.pre(dot(a, a) > 1e-6);
      expect(dot(toUnitLength(a), toUnitLength(a))).toBeCloseTo(1, 9);
      expect(dot(toUnitLength(a), a)).toBeCloseTo(Math.sqrt(dot(a, a)), 6);
    }),
  );
  expect(toUnitLength([0, 0])).toEqual([0, 0]);
});
