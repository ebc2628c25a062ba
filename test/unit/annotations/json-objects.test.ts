import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstKeys, readJsonObjects } from '../../../src/annotations/json-objects.js';

async function* pieces(text: string, cuts: readonly number[] = []): AsyncGenerator<string> {
  const signs = Array.from(text);
  const ends = [...cuts.map((cut) => cut % (signs.length + 1)), signs.length].sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    yield await Promise.resolve(signs.slice(start, end).join(''));
    start = end;
  }
}

async function readAll(text: string, cuts?: readonly number[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const each of readJsonObjects(pieces(text, cuts))) found.push(each);
  return found;
}

const objects = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
const cuts = fc.array(fc.nat(), { maxLength: 5 });

test('gives the objects one after the other, however they are divided and wherever the text is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(objects), cuts, fc.constantFrom('', '\n', ' \r\n\t'), async (given, at, between) => {
      const text = given.map((each) => JSON.stringify(each)).join(between);
      expect(await readAll(text, at)).toEqual(given.map((each) => JSON.parse(JSON.stringify(each)) as unknown));
    }),
  );
});

test.each(['1', '{"a":1},{"b":2}', '{"a":1} x', '[{"a":1}]', '"a"', '{"a":[1,2', '{"a":1}}', '{"a":}', ' ]'])(
  '%j is refused',
  async (text) => {
    await expect(readAll(text)).rejects.toThrow(SyntaxError);
  },
);

test('the keys are those of the first object, and of nothing within it', async () => {
  await fc.assert(
    fc.asyncProperty(objects, cuts, async (given, at) => {
      const short = Object.fromEntries(Object.entries(given).filter(([key]) => /^[\w ]{1,40}$/.test(key)));
      const found = await firstKeys(pieces(`${JSON.stringify(short)}{"later":1}`, at), () => false);
      expect(found).toEqual(Object.keys(short));
    }),
  );
});

test('nothing is read beyond the key that suffices', async () => {
  async function* text() {
    yield await Promise.resolve('{"info": {"images": "no key"}, "images": [');
    throw new Error('read on');
  }
  expect(await firstKeys(text(), (key) => key === 'images')).toEqual(['info', 'images']);
});
