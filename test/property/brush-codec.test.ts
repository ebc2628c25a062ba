import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SamIAmError } from '../../src/core/errors.js';
import { decodeBrushMask, decodeBrushRle, encodeBrushRle } from '../../src/label-studio/brush-codec.js';
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

/** Small, quick and the same in every run: a hundred thousand inputs of fast-check would take minutes. */
function randomBytes(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), state | 1) + 0x6d2b79f5) >>> 0;
    return (state ^ (state >>> 14)) & 255;
  };
}

test('100,000 arbitrary inputs are decoded within 64 MB or refused by name, never crash', () => {
  const next = randomBytes(7);
  const before = process.memoryUsage().arrayBuffers;
  let [decoded, refused, most] = [0, 0, 0];
  for (let i = 0; i < 100_000; i++) {
    const bytes = Uint8Array.from({ length: next() % 96 }, next);
    const pixels = (next() * 256 + next()) << (i % 3 === 0 ? 0 : next() % 8);
    // A plausible header more often than not, so that what lies behind it is reached.
    if (i % 4 !== 0 && bytes.length > 7) {
      new DataView(bytes.buffer).setUint32(0, pixels * 4);
      if (i % 4 === 1) bytes.set([57, 27, 0xf8 | (next() & 7)], 4);
    }
    try {
      const { alpha } = decodeBrushRle(bytes);
      const mask = decodeBrushMask(bytes, alpha.length, 1);
      const highest = alpha.reduce((most, value) => Math.max(most, value), 0);
      const from = highest >= 128 ? 128 : Math.max(1, Math.ceil(highest / 2));
      const inside = alpha.reduce((sum, value) => (value >= from ? sum + 1 : sum), 0);
      if (mask.areaPx !== inside) throw new Error(`${mask.areaPx} pixels instead of ${inside}`);
      decoded++;
    } catch (thrown) {
      if (!(thrown instanceof SamIAmError)) throw thrown;
      refused++;
    }
    if (i % 100 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(decoded).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(10_000);
  expect(most).toBeLessThan(64 * 2 ** 20);
}, 60_000);

test('few bytes that claim the largest image take memory for their runs only', () => {
  const header = Uint8Array.of(255, 255, 255, 252, 57, 255, 255);
  const bytes = new Uint8Array(60_000).fill(255);
  bytes.set(header);
  expect(() => decodeBrushRle(bytes)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  const before = process.memoryUsage().arrayBuffers;
  expect(() => decodeBrushMask(bytes, 2 ** 15, 2 ** 15 - 1)).toThrow(
    expect.objectContaining({ code: 'request.invalid' }),
  );
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
});
