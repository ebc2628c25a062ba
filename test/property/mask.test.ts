import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeCocoRle, encodeCocoRle } from '../../src/core/coco-rle.js';
import { connectedComponents } from '../../src/core/connected-components.js';
import { maskOfLabel, paintLabelMap } from '../../src/core/label-map.js';
import {
  intersectionArea,
  maskFromBitmap,
  maskHasPixel,
  maskIou,
  maskToBitmap,
  pixelOfRank,
  subtract,
  unionOf,
} from '../../src/core/mask.js';
import { arbitraryMask } from '../support/arbitrary-masks.js';

const masks = arbitraryMask(9, 7);

test('set operations on runs agree with those on pixels', () => {
  fc.assert(
    fc.property(masks, masks, masks, (a, b, c) => {
      const [x, y, z] = [maskToBitmap(a), maskToBitmap(b), maskToBitmap(c)];
      expect(intersectionArea(a, b)).toBe(x.filter((value, index) => value === 1 && y[index] === 1).length);
      expect([...maskToBitmap(unionOf(a, b, c))]).toEqual(
        [...x].map((value, index) => value | (y[index] ?? 0) | (z[index] ?? 0)),
      );
      expect(maskIou(a, b)).toBe(maskIou(b, a));
      expect(maskIou(a, b)).toBeGreaterThanOrEqual(0);
      expect(maskIou(a, b)).toBeLessThanOrEqual(1);
    }),
  );
});

test('runs are ascending, not empty, and never touch', () => {
  fc.assert(
    fc.property(masks, masks, (a, b) => {
      const { runs } = unionOf(a, b);
      for (let i = 1; i < runs.length; i++) expect(runs[i]).toBeGreaterThan(runs[i - 1] ?? -1);
    }),
  );
});

test('the pixel of each rank is set, and ranks go through the mask in order', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      const pixels = Array.from({ length: mask.areaPx }, (_, rank) => pixelOfRank(mask, rank));
      expect(pixels.every((pixel) => maskHasPixel(mask, pixel))).toBe(true);
      expect(pixels).toEqual([...new Set(pixels)].sort((a, b) => a - b));
    }),
  );
});

test('COCO run lengths decode to the mask that was encoded', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      expect([...decodeCocoRle(encodeCocoRle(mask)).runs]).toEqual([...mask.runs]);
    }),
  );
});

test('labels of a painted map never share a pixel, and the last painted wins', () => {
  fc.assert(
    fc.property(fc.array(masks, { maxLength: 5 }), (layers) => {
      const map = paintLabelMap(
        9,
        7,
        layers.map((mask, index) => ({ mask, label: index + 1 })),
      );
      const parts = layers.map((_, index) => maskOfLabel(map, index + 1));
      parts.forEach((a, i) => parts.slice(i + 1).forEach((b) => expect(intersectionArea(a, b)).toBe(0)));
      const last = layers.at(-1);
      if (last !== undefined) expect([...(parts.at(-1) ?? maskFromBitmap(9, 7, [])).runs]).toEqual([...last.runs]);
    }),
  );
});

test('subtraction agrees with that of pixels', () => {
  fc.assert(
    fc.property(masks, masks, masks, (a, b, c) => {
      const [x, y, z] = [maskToBitmap(a), maskToBitmap(b), maskToBitmap(c)];
      const left = [...x].map((value, index) => (y[index] === 1 || z[index] === 1 ? 0 : value));
      expect([...maskToBitmap(subtract(a, b, c))]).toEqual(left);
    }),
  );
});

test('connected parts are disjoint, make up the mask, and agree with a flood fill in number', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      const parts = connectedComponents(mask);
      expect(parts.reduce((sum, { areaPx }) => sum + areaPx, 0)).toBe(mask.areaPx);
      const [first, ...rest] = parts;
      if (first !== undefined) expect([...unionOf(first, ...rest).runs]).toEqual([...mask.runs]);
      expect(parts).toHaveLength(floodFillCount(maskToBitmap(mask), mask.width));
    }),
  );
});

function floodFillCount(bitmap: Uint8Array, width: number): number {
  const left = Uint8Array.from(bitmap);
  let count = 0;
  for (let seed = left.indexOf(1); seed !== -1; seed = left.indexOf(1)) {
    count++;
    const stack = [seed];
    while (stack.length > 0) {
      const at = stack.pop() ?? 0;
      if (left[at] !== 1) continue;
      left[at] = 0;
      if (at % width > 0) stack.push(at - 1);
      if (at % width < width - 1) stack.push(at + 1);
      stack.push(at - width, at + width);
    }
  }
  return count;
}
