import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutTrailing } from '../../../src/core/without-trailing.js';

test('takes away what a text ends in, and nothing else', () => {
  expect(withoutTrailing('http://a//', '/')).toBe('http://a');
  expect(withoutTrailing('////', '/')).toBe('');
  expect(withoutTrailing('', '/')).toBe('');
  fc.assert(
    fc.property(fc.string(), fc.nat(20), (text, count) => {
      const start = `${text}|`;
      expect(withoutTrailing(start + '/'.repeat(count), '/')).toBe(start);
    }),
  );
});
