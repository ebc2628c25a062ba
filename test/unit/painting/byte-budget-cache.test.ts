import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteBudgetCache } from '../../../src/painting/byte-budget-cache.js';

const steps = fc.array(
  fc.record({
    put: fc.boolean(),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    bytes: fc.integer({ min: 0, max: 12 }),
  }),
);

test('keeps what was used last, and never more than its budget', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 20 }), (given, budget) => {
      const cache = new ByteBudgetCache<number>(budget);
      // A list, the one used last at its end.
      let kept: { readonly key: string; readonly bytes: number }[] = [];
      for (const { put, key, bytes } of given) {
        const known = kept.find((each) => each.key === key);
        if (!put) {
          expect(cache.get(key)).toBe(known?.bytes);
          if (known !== undefined) kept = [...kept.filter((each) => each !== known), known];
          continue;
        }
        cache.put(key, bytes, bytes);
        if (known !== undefined || bytes > budget) continue;
        kept = [...kept, { key, bytes }];
        while (kept.reduce((sum, each) => sum + each.bytes, 0) > budget) kept = kept.slice(1);
      }
      for (const key of ['a', 'b', 'c', 'd', 'e']) {
        expect(cache.get(key)).toBe(kept.find((each) => each.key === key)?.bytes);
      }
    }),
  );
});
