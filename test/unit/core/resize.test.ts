import { describe, expect, test } from '@jest/globals';
import { cropGrey, enlargeGrey, padByRepeating, resizeGrey } from '../../../src/core/resize.js';

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

describe('enlarging', () => {
  const line = (grey: readonly number[]) => ({ width: grey.length, height: 1, grey: Float32Array.from(grey) });

  test('leaves the same size and flat images as they are', () => {
    expect(enlargeGrey(image, 2, 2)).toBe(image);
    const flat = { width: 5, height: 3, grey: new Float32Array(15).fill(0.25) };
    for (const value of enlargeGrey(flat, 20, 12).grey) expect(value).toBeCloseTo(0.25, 6);
  });

  test('spreads a bright pixel as the cubic kernel does', () => {
    const { grey } = enlargeGrey(line([0.5, 0.5, 0.5, 0.5, 0.9, 0.5, 0.5, 0.5, 0.5]), 18, 1);
    const kernel = [-0.0234375, -0.0703125, 0.2265625, 0.8671875];
    [...kernel, ...kernel.toReversed()].forEach((share, at) => {
      expect(grey[5 + at]).toBeCloseTo(0.5 + 0.4 * share, 5);
    });
  });

  test('keeps a slope away from the borders, along both axes', () => {
    const slope = Float32Array.from({ length: 64 }, (_, at) => (at % 8) / 10 + Math.floor(at / 8) / 100);
    const { grey } = enlargeGrey({ width: 8, height: 8, grey: slope }, 24, 24);
    for (let y = 6; y < 18; y++) {
      for (let x = 6; x < 18; x++) {
        expect(grey[y * 24 + x]).toBeCloseTo(((x + 0.5) / 3 - 0.5) / 10 + ((y + 0.5) / 3 - 0.5) / 100, 5);
      }
    }
  });

  test('stays within black and white', () => {
    const { grey } = enlargeGrey(line([0, 0, 1, 1, 0, 0]), 24, 1);
    expect([Math.min(...grey), Math.max(...grey)]).toEqual([0, 1]);
  });
});
