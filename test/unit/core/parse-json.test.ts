import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../../src/core/parse-json.js';

test('gives back whatever was written', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      expect(JSON.stringify(parseJson(JSON.stringify(value)))).toBe(JSON.stringify(value)),
    ),
  );
});

test.each(['', '{', '[1,]', 'undefined', "{'a': 1}", '\uFEFF1 2'])('%j is no JSON', (text) => {
  expect(parseJson(text)).toBeUndefined();
});
