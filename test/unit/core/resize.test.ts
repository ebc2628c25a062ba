import { expect, test } from '@jest/globals';
import { cropGrey, padByRepeating, resizeGrey } from '../../../src/core/resize.js';

const image = { width: 2, height: 2, grey: Float32Array.of(0, 1, 2, 3) };

test('the same size is the same image', () => {
  expect(resizeGrey(image, 2, 2)).toBe(image);
});

test('a flat image stays flat at any size', () => {
  const flat = { width: 13, height: 7, grey: new Float32Array(91).fill(0.25) };
  for (const value of resizeGrey(flat, 5, 20).grey) expect(value).toBeCloseTo(0.25, 6);
});

test('padding repeats the last column and row', () => {
  expect([...padByRepeating(image, 3, 4).grey]).toEqual([0, 1, 1, 2, 3, 3, 2, 3, 3, 2, 3, 3]);
});

test('cropping takes a window', () => {
  expect([...cropGrey(image, 1, 0, 1, 2).grey]).toEqual([1, 3]);
  expect(cropGrey(image, 0, 0, 2, 2)).toBe(image);
});
