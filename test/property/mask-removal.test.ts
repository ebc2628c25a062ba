import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { removeMasks } from '../../src/booster/mask-removal.js';
import { maskFromBox, unionOf } from '../../src/core/mask.js';
import { shuffled } from '../support/permutations.js';

const side = 40;
const boxMask = fc
  .record({
    x: fc.integer({ min: 0, max: side - 1 }),
    y: fc.integer({ min: 0, max: side - 1 }),
    width: fc.integer({ min: 1, max: side }),
    height: fc.integer({ min: 1, max: side }),
  })
  .map(({ x, y, width, height }) =>
    maskFromBox(side, side, { x, y, width: Math.min(width, side - x), height: Math.min(height, side - y) }),
  );
const item = fc.record({
  mask: fc.tuple(boxMask, boxMask).map(([a, b]) => unionOf(a, b)),
  score: fc.constantFrom(0.7, 0.8, 0.9),
});
// Nested and nearly equal masks are what the rules are about: offer many.
const items = fc
  .tuple(fc.array(item, { maxLength: 10 }), fc.array(fc.nat(), { maxLength: 6 }))
  .map(([masks, twins]) => [
    ...masks,
    ...twins.flatMap((twin) => masks[twin % Math.max(1, masks.length)] ?? []).map((m) => ({ ...m })),
  ]);

const signature = (kept: readonly { mask: { runs: Uint32Array }; score: number }[]): string[] =>
  kept.map(({ mask, score }) => `${mask.runs.join()}@${score}`).sort();

test('removal does not depend on the order in which masks arrive', () => {
  fc.assert(
    fc.property(items, fc.integer(), (masks, seed) => {
      const straight = removeMasks(masks);
      const mixed = removeMasks(shuffled(masks, seed));
      expect(signature(mixed.kept)).toEqual(signature(straight.kept));
      expect(mixed.removals.map(({ rule, ratio }) => `${rule} ${ratio}`)).toEqual(
        straight.removals.map(({ rule, ratio }) => `${rule} ${ratio}`),
      );
    }),
    { numRuns: 300 },
  );
});

test('each mask is kept or removed for one reason', () => {
  fc.assert(
    fc.property(items, (masks) => {
      const { kept, removals } = removeMasks(masks);
      expect([...kept, ...removals.map(({ removed }) => removed)]).toHaveLength(masks.length);
      expect(new Set([...kept, ...removals.map(({ removed }) => removed)])).toEqual(new Set(masks));
    }),
  );
});
