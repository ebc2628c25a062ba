import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FoundMasks } from '../../../src/booster/found-masks.js';
import { foundMasksFromJson, foundMasksToJson } from '../../../src/booster/found-masks-json.js';
import { maskFromBitmap } from '../../../src/core/mask.js';

const [width, height] = [6, 4];
const masks = fc
  .array(fc.constantFrom(0, 1), { minLength: width * height, maxLength: width * height })
  .map((bits) => maskFromBitmap(width, height, bits));
const shares = fc.double({ min: 0, max: 1, noNaN: true });
const found: fc.Arbitrary<FoundMasks> = fc.record({
  width: fc.constant(width),
  height: fc.constant(height),
  cropSize: fc.constant(32),
  excluded: fc.option(masks, { nil: undefined }),
  masks: fc.array(
    fc.record({
      mask: masks,
      predictedIou: shares,
      stabilityScore: shares,
      score: shares,
      point: fc.record({ x: shares, y: shares }),
    }),
    { maxLength: 4 },
  ),
  tokens: fc.constant(null),
  samples: fc.record({
    dimensions: fc.constant(2),
    centres: fc.array(fc.nat(23), { maxLength: 4 }).map((list) => Uint32Array.from(list)),
    owners: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 4 }).map((list) => Int32Array.from(list)),
    values: fc.array(shares, { maxLength: 8 }).map((list) => Float64Array.from(list)),
    traits: fc.array(shares, { maxLength: 8 }).map((list) => Float32Array.from(list)),
  }),
  described: fc.record({ kept: fc.array(fc.nat(3)), counts: fc.array(fc.nat(3)) }),
});

test('what goes over the wire as JSON comes out as it was, to the last bit', () => {
  fc.assert(
    fc.property(found, (given) => {
      const text = JSON.stringify(foundMasksToJson(given));
      expect(foundMasksFromJson(JSON.parse(text) as ReturnType<typeof foundMasksToJson>)).toEqual(given);
    }),
  );
});
