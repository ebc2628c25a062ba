import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SamIAmError } from '../../src/core/errors.js';
import { decodeBrushRle, encodeBrushRle } from '../../src/label-studio/brush-codec.js';
import { runsOf } from '../support/mask-runs.js';

/** A mask as lengths of alternating outside and inside runs: from single pixels to runs that must be split. */
const runLengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40_000 })), {
  minLength: 1,
  maxLength: 40,
});

function draw(lengths: readonly number[]): Uint8Array {
  const mask = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let position = 0;
  lengths.forEach((length, index) => {
    if (index % 2 === 1) mask.fill(255, position, position + length);
    position += length;
  });
  return mask;
}

test('every mask survives the round trip', () => {
  fc.assert(
    fc.property(runLengths, (lengths) => {
      const mask = draw(lengths);
      const { pixels, alpha } = decodeBrushRle(encodeBrushRle(mask.length, 1, runsOf(mask)));
      expect(pixels).toBe(mask.length);
      expect(Buffer.compare(alpha, mask)).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('the bytes depend on the mask, not on its width and height', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (mask) => {
      const runs = runsOf(mask);
      expect(encodeBrushRle(3, 4, runs)).toEqual(encodeBrushRle(6, 2, runs));
    }),
  );
});

test('arbitrary bytes are decoded within bounds or refused by name, never crash', () => {
  const header = fc.tuple(fc.integer({ min: 0, max: 4096 }), fc.uint8Array({ maxLength: 60 })).map(([pixels, rest]) => {
    return Uint8Array.of(0, (pixels * 4) >>> 16, ((pixels * 4) >>> 8) & 255, (pixels * 4) & 255, ...rest);
  });
  let decoded = 0;
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), header), (bytes) => {
      try {
        const { pixels, alpha } = decodeBrushRle(bytes);
        expect(alpha).toHaveLength(pixels);
        decoded++;
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SamIAmError);
      }
    }),
    { numRuns: 5000 },
  );
  expect(decoded).toBeGreaterThan(0);
});
