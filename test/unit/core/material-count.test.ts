import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maxMaterials, mostMaterials, parseMaterialCount } from '../../../src/core/material-count.js';

test('reads auto and the whole numbers that there can be, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom('auto', '0', '6', '7', '1.5', ' 2')),
      (text) => {
        const isCount = ['1', '2', '3', '4', '5', '6'].includes(text.replace(/^0+(?=\d)/, ''));
        const expected = text === 'auto' ? 'auto' : isCount ? Number(text) : undefined;
        expect(parseMaterialCount(text)).toBe(expected);
      },
    ),
  );
});

test.each([
  ['auto', maxMaterials],
  [3, 3],
  [99, maxMaterials],
  [{ atMost: 2 }, 2],
  [{ atMost: 40 }, maxMaterials],
] as const)('%j comes to %d at most', (given, expected) => {
  expect(mostMaterials(given)).toBe(expected);
});
