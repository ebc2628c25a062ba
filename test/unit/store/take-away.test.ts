import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { takeAway } from '../../../src/store/take-away.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'take-away-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('of many that find a file left behind, one has taken it away', async () => {
  const file = join(folder, 'claim');
  await writeFile(file, 'dead');
  const taken = await Promise.all(Array.from({ length: 20 }, () => takeAway(file, (content) => content === 'dead')));
  expect(taken.filter(Boolean).length).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('another file that has taken its place stays', async () => {
  const file = join(folder, 'claim');
  await writeFile(file, 'living');
  expect(await takeAway(file, (content) => content === 'dead')).toBe(false);
  expect(await readFile(file, 'utf8')).toBe('living');
  expect(await readdir(folder)).toEqual(['claim']);
});
