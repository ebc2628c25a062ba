import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskFromBitmap, maskToBitmap } from '../../../src/core/mask.js';
import { shrinkMaskBy } from '../../../src/core/shrink-mask.js';

test('a smaller mask has every n-th pixel of every n-th row', () => {
  const arbitrary = fc.record({
    width: fc.integer({ min: 1, max: 12 }),
    height: fc.integer({ min: 1, max: 12 }),
    step: fc.integer({ min: 1, max: 5 }),
    bits: fc.array(fc.constantFrom(0, 1), { minLength: 144, maxLength: 144 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ width, height, step, bits }) => {
      const small = shrinkMaskBy(maskFromBitmap(width, height, bits), step);
      const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)];
      const expected = Array.from({ length: columns * rows }, (_, i) => {
        return bits[Math.floor(i / columns) * step * width + (i % columns) * step];
      });
      expect([small.width, small.height]).toEqual([columns, rows]);
      expect([...maskToBitmap(small)]).toEqual(expected);
    }),
  );
});
