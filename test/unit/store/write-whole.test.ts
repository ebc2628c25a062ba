import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { putWhole, unfinishedName, writeDurably, writeWhole } from '../../../src/store/write-whole.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-whole-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['writeWhole', writeWhole],
  ['writeDurably', writeDurably],
])('%s', (_name, write) => {
  test('makes the folder, writes over what was there, and leaves nothing else', async () => {
    const file = join(folder, 'a', 'b.json');
    await write(file, 'first');
    await write(file, Uint8Array.of(50));
    expect(await readFile(file, 'utf8')).toBe('2');
    expect(await readdir(join(folder, 'a'))).toEqual(['b.json']);
  });

  test('of many at once the file is always one of them, whole', async () => {
    const file = join(folder, 'a.txt');
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(50_000));
    const writing = Promise.all(texts.map((text) => write(file, text)));
    const seen = new Set<string>();
    for (let look = 0; look < 20; look++) seen.add(await readFile(file, 'utf8').catch(() => ''));
    await writing;
    seen.add(await readFile(file, 'utf8'));
    seen.delete('');
    expect([...seen].every((text) => texts.includes(text))).toBe(true);
    expect(await readdir(folder)).toEqual(['a.txt']);
  });
});

test('what fails midway leaves the old file and nothing half done', async () => {
  const file = join(folder, 'a.txt');
  await writeFile(file, 'old');
  const failing = putWhole(file, async (unfinished) => {
    await writeFile(unfinished, 'half');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['a.txt']);
});

test('no two calls, and no two processes, have the same unfinished file', () => {
  const names = Array.from({ length: 100 }, () => unfinishedName('/x/a.json'));
  expect(new Set(names).size).toBe(100);
  expect(names[0]).toMatch(new RegExp(`^/x/\\.a\\.json\\.${process.pid}-[0-9a-f]{8}\\.part$`));
});
