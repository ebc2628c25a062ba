import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskFromBitmap, maskToBitmap } from '../../../src/core/mask.js';
import { openedMask } from '../../../src/core/opened-mask.js';

test('keeps exactly what some square of 3 × 3 of its pixels covers', () => {
  const arbitrary = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .chain(([width, height]) => {
      const bits = fc.array(fc.constantFrom(0, 1, 1, 1, 1, 1), {
        minLength: width * height,
        maxLength: width * height,
      });
      return fc.record({ width: fc.constant(width), height: fc.constant(height), bits });
    });
  fc.assert(
    fc.property(arbitrary, ({ width, height, bits }) => {
      const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => ({ dx, dy })));
      const has = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && bits[y * width + x] === 1;
      const isMiddle = (x: number, y: number) => around.every(({ dx, dy }) => has(x + dx, y + dy));
      const expected = Array.from({ length: width * height }, (_, at) => {
        const [x, y] = [at % width, Math.floor(at / width)];
        return Number(around.some(({ dx, dy }) => isMiddle(x + dx, y + dy)));
      });
      expect([...maskToBitmap(openedMask(maskFromBitmap(width, height, bits)))]).toEqual(expected);
    }),
  );
});
