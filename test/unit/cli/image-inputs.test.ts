import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findImages, withFrames } from '../../../src/cli/image-inputs.js';
import { writeTiff } from '../../support/write-tiff.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inputs-'));
  const page = { width: 4, height: 3, planes: [Uint8Array.from({ length: 12 }, (_, i) => 20 * i)] };
  await writeFile(join(folder, 'stack.tif'), writeTiff([page, page]));
  await writeFile(join(folder, 'one.dm3'), 'not one');
  await writeFile(join(folder, 'one.labels.png'), 'a result');
  await writeFile(join(folder, '.hidden.png'), 'hidden');
  await writeFile(join(folder, 'notes.txt'), 'notes');
});

afterAll(() => rm(folder, { recursive: true }));

test('of a folder every micrograph, by the endings of all formats', async () => {
  const { images, passedOver } = await findImages([folder]);
  expect(images.map(({ name }) => name)).toEqual(['one', 'stack']);
  expect(passedOver.map(({ path, why }) => [path.slice(folder.length + 1), why])).toEqual([
    ['.hidden.png', 'hidden'],
    ['notes.txt', '.txt is no format that is read'],
    ['one.labels.png', 'a result of sam-i-am'],
  ]);
});

test('two whose results would have one name, and what does not exist, are refused', async () => {
  const { images } = await findImages([join(folder, 'one.dm3'), join(folder, 'one.labels.png'), folder]);
  expect(images).toHaveLength(3);
  await writeFile(join(folder, 'one.tif'), '');
  await expect(findImages([folder])).rejects.toThrow('would write the same files');
  await rm(join(folder, 'one.tif'));
  await expect(findImages([join(folder, 'nothing')])).rejects.toThrow('does not exist');
});

test('all images of a file have names of their own; of a file with one it is the same name', async () => {
  const { images } = await findImages([folder]);
  const all = await withFrames(images, 'all');
  expect(all.map(({ name, frame }) => [name, frame])).toEqual([
    ['one', 0],
    ['stack.frame-0', 0],
    ['stack.frame-1', 1],
  ]);
  expect((await withFrames(images, 'mean')).map(({ name, frame }) => [name, frame])).toEqual([
    ['one', 'mean'],
    ['stack', 'mean'],
  ]);
});
