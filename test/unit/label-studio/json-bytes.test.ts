import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringifyWithBytes } from '../../../src/label-studio/json-bytes.js';

test('is what JSON.stringify gives for plain arrays', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ name: fc.string(), rle: fc.uint8Array(), score: fc.double() })), (regions) => {
      const plain = regions.map((region) => ({ ...region, rle: [...region.rle] }));
      expect(stringifyWithBytes(regions).toString()).toBe(JSON.stringify(plain));
    }),
  );
});

test('writes every byte value', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(JSON.parse(stringifyWithBytes({ bytes }).toString())).toEqual({ bytes: [...bytes] });
});
