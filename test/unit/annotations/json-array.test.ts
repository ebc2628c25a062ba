import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readJsonArray } from '../../../src/annotations/json-array.js';

async function readAll(text: string, cuts: readonly number[] = []): Promise<unknown[]> {
  const bytes = Buffer.from(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  async function* chunks() {
    let start = 0;
    for (const end of ends) {
      yield await Promise.resolve(bytes.subarray(start, end));
      start = end;
    }
  }
  const items: unknown[] = [];
  for await (const item of readJsonArray(chunks())) items.push(item);
  return items;
}

test('gives the elements that JSON.parse gives, wherever the file is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 })),
      fc.array(fc.nat(), { maxLength: 5 }),
      fc.constantFrom(0, 2),
      async (items, cuts, indent) => {
        const text = JSON.stringify(items, null, indent);
        expect(await readAll(text, cuts)).toEqual(JSON.parse(text));
      },
    ),
  );
});

test('brackets, commas and quotes within strings are text', async () => {
  const items = [{ 'a]"},': '[,{"\\' }, ']', ','];
  expect(await readAll(JSON.stringify(items))).toEqual(items);
});

test.each(['', '  ', '{"a": 1}', '[1, 2', '[1,]', '[,1]', '[1 2]', '[{"a": }]', '[1]]', '[1][2]', '[1}'])(
  '%j is refused',
  async (text) => {
    await expect(readAll(text)).rejects.toThrow(SyntaxError);
  },
);

test('a byte order mark and blanks around the array do no harm', async () => {
  expect(await readAll('\uFEFF\n [1, 2]\n')).toEqual([1, 2]);
});
