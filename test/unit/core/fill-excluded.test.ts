import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fillExcluded } from '../../../src/core/fill-excluded.js';
import { maskFromBitmap } from '../../../src/core/mask.js';

const arbitrary = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 })).chain(([width, height]) => {
  const length = { minLength: width * height, maxLength: width * height };
  const bits = fc.array(fc.constantFrom(0, 1), length);
  const grey = fc.array(fc.integer({ min: 0, max: 255 }), length);
  return fc.record({ size: fc.constant({ width, height }), bits, grey });
});

test('pixels that are not excluded stay, the others take a value of one that is not', () => {
  fc.assert(
    fc.property(arbitrary, ({ size, bits, grey }) => {
      const before = Float32Array.from(grey);
      const filled = fillExcluded(size, before, maskFromBitmap(size.width, size.height, bits));
      expect([...before]).toEqual(grey);
      const free = new Set(grey.filter((_, at) => bits[at] === 0));
      filled.forEach((value, at) => {
        if (bits[at] === 0 || free.size === 0) expect(value).toBe(grey[at]);
        else expect(free.has(value)).toBe(true);
      });
    }),
  );
});

test('a strip at the border shows what lies beside it, mirrored', () => {
  const grey = Float32Array.from([1, 2, 3, 9, 9]);
  const excluded = maskFromBitmap(5, 1, [0, 0, 0, 1, 1]);
  expect([...fillExcluded({ width: 5, height: 1 }, grey, excluded)]).toEqual([1, 2, 3, 2, 1]);
});
