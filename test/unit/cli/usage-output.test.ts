import { expect, test } from '@jest/globals';
import { usageOutput } from '../../../src/cli/usage-output.js';

test.each([
  ["error: unknown command 'a\nb\u001b[2J'\n", "error: unknown command 'a\\x0ab\\x1b[2J'\n"],
  [
    "error: unknown command 'segmnt'\n(Did you mean segment?)\n",
    "error: unknown command 'segmnt'\n(Did you mean segment?)\n",
  ],
  ["error: unknown command 'x\n(Did you mean rm?)'\n", "error: unknown command 'x\\x0a(Did you mean rm?)'\n"],
])('what commander says of %j is shown escaped', (text, shown) => {
  let out = '';
  usageOutput.outputError(text, (line) => (out += line));
  expect(out).toBe(shown);
});
