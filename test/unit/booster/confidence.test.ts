import { expect, test } from '@jest/globals';
import { calibrate } from '../../../src/booster/confidence.js';

const curve = [
  [0.2, 0.1],
  [0.6, 0.5],
  [0.8, 0.9],
] as const;

test('scores are read off the curve, interpolated between its points', () => {
  expect([0.2, 0.4, 0.6, 0.7, 0.8].map((raw) => Number(calibrate(raw, curve).toFixed(6)))).toEqual([
    0.1, 0.3, 0.5, 0.7, 0.9,
  ]);
});

test('beyond its ends they take the value of the end', () => {
  expect(calibrate(0, curve)).toBe(0.1);
  expect(calibrate(1, curve)).toBe(0.9);
});

test('without a curve they stay as they are', () => {
  expect(calibrate(0.37, [])).toBe(0.37);
});
