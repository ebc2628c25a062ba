import { expect, test } from '@jest/globals';
import { sentence } from '../../../../src/web/ui/sentence.js';

test.each([
  ['the server does not answer', 'The server does not answer'],
  ['only one mask was found', 'Only one mask was found'],
  ['18 masks smaller than a crop', '18 masks smaller than a crop'],
  ['', ''],
])('%j stands alone as %j', (words, shown) => {
  expect(sentence(words)).toBe(shown);
});

test('the name of a file is not changed', () => {
  expect(sentence("black.png can't be read")).toBe("black.png can't be read");
});
