import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BoxMeans } from '../../../../src/sam/specks/box-means.js';

test('a box holds the sums of its pixels, as far as it lies in the image', () => {
  const side = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(
      side,
      side,
      fc.nat(8),
      fc.nat(8),
      fc.nat(12),
      fc.infiniteStream(fc.nat(255)),
      (w, h, x, y, half, grey) => {
        const values = Float32Array.from({ length: w * h }, () => (grey.next().value as number) / 256);
        const [cx, cy] = [x % w, y % h];
        const within = [...values].filter(
          (_, index) => Math.abs((index % w) - cx) <= half && Math.abs(Math.floor(index / w) - cy) <= half,
        );
        const { count, sum, squares } = new BoxMeans({ width: w, height: h, grey: values }).around(cx, cy, half);
        expect(count).toBe(within.length);
        expect(sum).toBeCloseTo(
          within.reduce((a, b) => a + b, 0),
          6,
        );
        expect(squares).toBeCloseTo(
          within.reduce((a, b) => a + b * b, 0),
          6,
        );
      },
    ),
  );
});
