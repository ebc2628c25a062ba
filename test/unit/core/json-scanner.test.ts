import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonScanner } from '../../../src/core/json-scanner.js';

/** All signs of a text that comes in pieces, with the depth after each. */
function signsOf(bytes: Uint8Array, cuts: readonly number[], deepestComma?: number): string[] {
  const scanner = new JsonScanner();
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const found: string[] = [];
  let start = 0;
  for (const end of ends) {
    const chunk = bytes.subarray(start, end);
    for (
      let at = scanner.next(chunk, 0, deepestComma);
      at < chunk.length;
      at = scanner.next(chunk, at + 1, deepestComma)
    ) {
      found.push(`${String.fromCharCode(chunk[at] as number)}${scanner.depth}`);
    }
    start = end;
  }
  return found;
}

/** The same signs from the value itself. */
function expectedOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [`"${depth}`, `"${depth}`];
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => expectedOf(item, depth + 1))
    : Object.entries(value).map(([key, item]) => [
        ...expectedOf(key, depth + 1),
        `:${depth + 1}`,
        ...expectedOf(item, depth + 1),
      ]);
  const inner = parts.flatMap((part, index) => (index === 0 ? part : [`,${depth + 1}`, ...part]));
  return [`${isList ? '[' : '{'}${depth + 1}`, ...inner, `${isList ? ']' : '}'}${depth}`];
}

const awkward = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[\\"[\]{},:]{0,8}$/),
  fc.string({ minLength: 60 }),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    awkward,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(awkward, tie('value'), { maxKeys: 4 }),
  ),
})).value;

test('finds the signs of any JSON outside of its strings, wherever it is cut into pieces', () => {
  fc.assert(
    fc.property(values, fc.array(fc.nat(), { maxLength: 5 }), fc.constantFrom(0, 2), (value, cuts, indent) => {
      const bytes = Buffer.from(JSON.stringify(value, null, indent));
      expect(signsOf(bytes, cuts)).toEqual(expectedOf(JSON.parse(bytes.toString())));
    }),
  );
});

test('commas that lie deeper than asked for are passed over, and nothing else', () => {
  fc.assert(
    fc.property(values, fc.nat(3), (value, deepest) => {
      const isPassed = (sign: string) => sign.startsWith(',') && Number(sign.slice(1)) > deepest;
      const bytes = Buffer.from(JSON.stringify(value));
      expect(signsOf(bytes, [], deepest)).toEqual(
        expectedOf(JSON.parse(bytes.toString())).filter((sign) => !isPassed(sign)),
      );
    }),
  );
});
