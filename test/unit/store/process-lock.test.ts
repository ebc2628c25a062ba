import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SamIAmError } from '../../../src/core/errors.js';
import { withLock } from '../../../src/store/process-lock.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'lock-'))));
afterEach(() => rm(folder, { recursive: true }));

const held = () => new SamIAmError('capacity.queue_full', 'held', { hint: 'wait' });

test('work under one lock is done one after the other, and nothing is left behind', async () => {
  const file = join(folder, 'deep', 'x.lock');
  let [running, most, done] = [0, 0, 0];
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    done++;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(file, work, { patienceMs: 30_000, held })));
  expect([most, done]).toEqual([1, 8]);
  expect(await readdir(join(folder, 'deep'))).toEqual([]);
});

test('a lock of a process that is gone, or that cannot be read, holds up nobody', async () => {
  const file = join(folder, 'x.lock');
  for (const left of ['{"pid":1,"began":"no such time"}', '{"pi', '']) {
    await writeFile(file, left);
    expect(await withLock(file, () => Promise.resolve('done'), { patienceMs: 0, held })).toBe('done');
  }
});

test('whoever waits in vain is told, and who withdraws waits no longer', async () => {
  const file = join(folder, 'x.lock');
  let release: () => void = () => undefined;
  const first = withLock(file, () => new Promise<void>((resolve) => (release = resolve)), { patienceMs: 0, held });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const work = () => Promise.resolve();
  await expect(withLock(file, work, { patienceMs: 10, held })).rejects.toThrow('held');
  const withdrawn = {
    patienceMs: 60_000,
    held,
    signal: AbortSignal.timeout(20),
    withdrawn: () => new SamIAmError('cancelled', 'gone', { hint: '' }),
  };
  await expect(withLock(file, work, withdrawn)).rejects.toThrow('gone');
  release();
  await first;
});
