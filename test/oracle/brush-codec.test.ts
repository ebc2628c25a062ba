import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { encodeBinary as packRle } from '@thi.ng/rle-pack';
import fc from 'fast-check';
import { maskToBitmap } from '../../src/core/mask.js';
import { decodeBrushMask, decodeBrushRle, encodeBrushRle } from '../../src/label-studio/brush-codec.js';
import { runsOf } from '../support/mask-runs.js';
import { randomMask } from '../support/random-masks.js';
import { readReference } from '../support/read-fixture.js';

const { digests } = readReference('brush-masks') as { digests: string[] };

/** Without the padding: the SDK adds a whole zero byte where the bits end at a byte. */
function digest(bytes: Uint8Array): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return createHash('sha256').update(bytes.subarray(0, end)).digest('hex').slice(0, 32);
}

test('500 random masks are encoded byte for byte as by label-studio-sdk, and decoded again', () => {
  expect(digests).toHaveLength(500);
  const differing = digests.flatMap((expected, seed) => {
    const { width, height, mask } = randomMask(seed);
    const encoded = encodeBrushRle(width, height, runsOf(mask));
    expect(Buffer.compare(decodeBrushRle(encoded).alpha, mask)).toBe(0);
    return digest(encoded) === expected ? [] : [seed];
  });
  expect(differing).toEqual([]);
});

test("what @thi.ng/rle-pack, the web page's own library, encodes is decoded bit for bit, with any length sizes", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 4, maxLength: 4 });
  const pixel = fc.tuple(
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 1, max: 60 }),
  );
  fc.assert(
    fc.property(fc.array(pixel, { minLength: 1, maxLength: 30 }), sizes, (runs, rleSizes) => {
      const alphas = runs.flatMap(([, alpha, count]) => Array.from({ length: count }, () => alpha));
      const values = runs.flatMap(([colour, alpha, count]) =>
        Array.from({ length: count }, () => [colour, colour, colour, alpha]),
      );
      const rgba = Uint8Array.from(values.flat());
      const packed = packRle(rgba, rgba.length, 8, rleSizes as [number, number, number, number]);
      expect([...decodeBrushRle(packed).alpha]).toEqual(alphas);
      const mask = decodeBrushMask(packed, alphas.length, 1);
      const highest = Math.max(...alphas);
      const from = highest >= 128 ? 128 : Math.max(1, Math.ceil(highest / 2));
      expect([...maskToBitmap(mask)]).toEqual(alphas.map((alpha) => (alpha >= from ? 1 : 0)));
    }),
    { numRuns: 300 },
  );
});
