import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { defaultDataFolder, earlierDataFolder, openDataFolder } from '../../../src/config/data-folder.js';

const temporary = (): string => mkdtempSync(path.join(tmpdir(), 'sam-i-am-data-'));

test('by default data is kept where the system keeps that of programs, not in the current folder', () => {
  expect(path.isAbsolute(defaultDataFolder())).toBe(true);
  expect(defaultDataFolder()).toContain('sam-i-am');
  expect(defaultDataFolder().startsWith(process.cwd())).toBe(false);
});

test.each(['predictions', 'embeddings', 'models'])('a folder data with %s in it goes on being used', (entry) => {
  const folder = temporary();
  mkdirSync(path.join(folder, 'data', entry), { recursive: true });
  expect(earlierDataFolder(folder)).toBe(path.join(folder, 'data'));
});

test("somebody's own folder data is left alone", () => {
  const folder = temporary();
  expect(earlierDataFolder(folder)).toBeUndefined();
  mkdirSync(path.join(folder, 'data/micrographs'), { recursive: true });
  expect(earlierDataFolder(folder)).toBeUndefined();
});

test('a folder that cannot be made is an error that names DATA_DIR', () => {
  const file = path.join(temporary(), 'file');
  writeFileSync(file, '');
  for (const folder of [file, path.join(file, 'deeper')]) {
    expect(() => openDataFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'disk.unwritable',
        message: `the data folder ${folder} can't be written to`,
        hint: 'Set DATA_DIR to a folder that may be written to.',
      }),
    );
  }
  openDataFolder(path.join(temporary(), 'made/for/it'));
});
