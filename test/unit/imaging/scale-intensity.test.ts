import { expect, test } from '@jest/globals';
import { scaleIntensity } from '../../../src/imaging/scale-intensity.js';

test('a hot pixel does not darken the image', () => {
  const values = Float64Array.from({ length: 10000 }, (_, i) => i % 100);
  values[5000] = 1e9;
  const grey = scaleIntensity(values);
  expect(grey[5000]).toBe(1);
  expect(grey[50]).toBeCloseTo(50 / 99, 1);
});

test('values that are no numbers become black and do not disturb the others', () => {
  expect([...scaleIntensity([Number.NaN, 0, 1, 2, Number.POSITIVE_INFINITY])]).toEqual([0, 0, 0.5, 1, 1]);
});

test('a flat image is black', () => {
  expect([...scaleIntensity([5, 5, 5])]).toEqual([0, 0, 0]);
});

test('a few bright pixels on an otherwise flat ground stay visible', () => {
  const values = new Float64Array(10000);
  values[17] = 40;
  expect(scaleIntensity(values)[17]).toBe(1);
});
