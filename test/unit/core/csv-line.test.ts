import { expect, test } from '@jest/globals';
import { csvLine } from '../../../src/core/csv-line.js';

test.each([
  ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
  ['@SUM(1)', "'@SUM(1)"],
  ['+1', "'+1"],
  ['-film', "'-film"],
  ['=HYPERLINK("http://evil","x").png', `"'=HYPERLINK(""http://evil"",""x"").png"`],
])('a text that would be a formula is inert: %s', (text, field) => {
  expect(csvLine([text, 1])).toBe(`${field},1\r\n`);
});

test('numbers stay numbers, and commas, quotes and line breaks stay in their field', () => {
  expect(csvLine([-1.5, 'a,b', 'say "x"', 'two\nlines', 'SrTiO3'])).toBe(
    '-1.5,"a,b","say ""x""","two\nlines",SrTiO3\r\n',
  );
});
