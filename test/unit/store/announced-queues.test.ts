import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { announceQueue, readAnnouncedQueues } from '../../../src/store/announced-queues.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'queues-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const figures = { waiting: 3, running: 1, done: 14, failed: 2, perMinute: 9, ownSince: '2026-11-28T07:00:00.000Z' };

async function announced() {
  for (;;) {
    const found = await readAnnouncedQueues(folder);
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('what a process tells of its queue is read by others until it ends', async () => {
  const { stop } = announceQueue(folder, 'prelabel', () => Promise.resolve(figures));
  expect(await announced()).toEqual([expect.objectContaining({ ...figures, command: 'prelabel', pid: process.pid })]);
  await stop();
  expect(await readdir(join(folder, 'queues'))).toEqual([]);
  expect(await readAnnouncedQueues(folder)).toEqual([]);
});

test('a process that is gone, a damaged file and an empty folder are no queue', async () => {
  expect(await readAnnouncedQueues(folder)).toEqual([]);
  const { stop } = announceQueue(folder, 'prelabel', () => Promise.resolve(figures));
  await announced();
  expect(await readAnnouncedQueues(folder, Date.now() + 60_000)).toEqual([]);
  await stop();
  await mkdir(join(folder, 'queues'), { recursive: true });
  for (const [name, text] of [
    ['a.json', '{'],
    ['b.json', '{"pid": "x"}'],
    ['c.txt', 'x'],
  ] as const) {
    await writeFile(join(folder, 'queues', name), text);
  }
  expect(await readAnnouncedQueues(folder)).toEqual([]);
});

test('a folder that takes nothing stops no work', async () => {
  await writeFile(join(folder, 'queues'), 'a file in its place');
  const { stop } = announceQueue(folder, 'prelabel', () => Promise.resolve(figures));
  await expect(stop()).resolves.toBeUndefined();
});
