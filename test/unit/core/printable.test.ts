import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printable } from '../../../src/core/printable.js';

test('what a name carries is shown, not done', () => {
  expect(printable('evil\u001b]0;OWNED\u0007\u001b[31m\nok: fake line.png')).toBe(
    'evil\\x1b]0;OWNED\\x07\\x1b[31m\\x0aok: fake line.png',
  );
  expect(printable('a\u202egnp.exe')).toBe('a\\u202egnp.exe');
});

test('no control character is left, and letters of any script stay', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(printable(text))));
  expect(printable('Schicht 1 – 薄膜 ünï.tif')).toBe('Schicht 1 – 薄膜 ünï.tif');
});
