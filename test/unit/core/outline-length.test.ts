import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskFromBitmap } from '../../../src/core/mask.js';
import { outlineLength } from '../../../src/core/outline-length.js';

test('counts the edges between a pixel of the mask and one outside of it, or the border of the image', () => {
  const arbitrary = fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }))
    .chain(([width, height]) => {
      const bits = fc.array(fc.constantFrom(0, 1), { minLength: width * height, maxLength: width * height });
      return fc.record({ width: fc.constant(width), height: fc.constant(height), bits });
    });
  fc.assert(
    fc.property(arbitrary, ({ width, height, bits }) => {
      const has = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && bits[y * width + x] === 1;
      let edges = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          if (!has(x, y)) continue;
          edges += [has(x - 1, y), has(x + 1, y), has(x, y - 1), has(x, y + 1)].filter((inside) => !inside).length;
        }
      }
      expect(outlineLength(maskFromBitmap(width, height, bits))).toBe(edges);
    }),
  );
});
