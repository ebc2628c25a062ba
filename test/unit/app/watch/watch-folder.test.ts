import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { watchFolder } from '../../../../src/app/watch/watch-folder.js';

let folder = '';
let controller: AbortController;
const given: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-'));
  controller = new AbortController();
  given.length = 0;
});
afterEach(async () => {
  controller.abort();
  await rm(folder, { recursive: true, force: true });
});

const start = (once = false) =>
  watchFolder(folder, { signal: controller.signal, once, settleMs: 30, onFrame: ({ name }) => given.push(name) });
const image = (format: 'png' | 'jpeg' | 'tiff') =>
  sharp(Buffer.alloc(64, 7), { raw: { width: 8, height: 8, channels: 1 } })
    .toFormat(format)
    .toBuffer();
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 400));

test('a file is given out when it is complete, not before, once, and again when it is written anew', async () => {
  const png = await image('png');
  void start();
  await writeFile(join(folder, 'a.png'), png.subarray(0, 40));
  await aWhile();
  expect(given).toEqual([]);
  await appendFile(join(folder, 'a.png'), png.subarray(40));
  await until(() => given.length === 1);
  await aWhile();
  expect(given).toEqual(['a.png']);
  await writeFile(join(folder, 'a.png'), Buffer.concat([png.subarray(0, 8), png.subarray(8)]));
  await until(() => given.length === 2);
});

test('files that are moved in, of every format, count; hidden ones, results and others do not', async () => {
  void start();
  for (const format of ['png', 'jpeg', 'tiff'] as const) {
    await writeFile(join(folder, `.${format}`), await image(format));
    await rename(join(folder, `.${format}`), join(folder, `frame.${format}`));
  }
  await writeFile(join(folder, 'frame.labels.png'), await image('png'));
  await writeFile(join(folder, 'notes.txt'), 'x');
  await until(() => given.length === 3);
  await aWhile();
  expect(given.toSorted()).toEqual(['frame.jpeg', 'frame.png', 'frame.tiff']);
});

test('what is there when it starts comes first; asked for once, it ends then', async () => {
  await writeFile(join(folder, 'old.png'), await image('png'));
  await start(true);
  expect(given).toEqual(['old.png']);
});

test('a file that stays broken is given out in the end, so that its fault is told', async () => {
  await writeFile(join(folder, 'broken.png'), (await image('png')).subarray(0, 50));
  await watchFolder(folder, {
    signal: controller.signal,
    once: true,
    settleMs: 10,
    giveUpMs: 50,
    onFrame: ({ name }) => given.push(name),
  });
  expect(given).toEqual(['broken.png']);
});

test('a folder that is gone is an error that says what to give', async () => {
  await rm(folder, { recursive: true });
  await expect(start()).rejects.toMatchObject({ code: 'usage.invalid' });
});
