import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withTrainingLock } from '../../../../src/learning/training/training-lock.js';
import { ownMark } from '../../../../src/store/process-mark.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const work = () => Promise.resolve('done');
const leave = (content: string) => writeFile(join(folder, 'training.lock'), content);

/** Work that goes on until it is told to end. */
function longWork() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const run = () => {
    begun();
    return ended;
  };
  return { run, hasBegun, end };
}

test('the lock is free again afterwards, also after a failure', async () => {
  await expect(withTrainingLock(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withTrainingLock(folder, work)).toBe('done');
  expect(await withTrainingLock(folder, work)).toBe('done');
  expect(await readdir(folder)).toEqual([]);
});

test('a living process holds it', async () => {
  const { run, hasBegun, end } = longWork();
  const first = withTrainingLock(folder, run);
  await hasBegun;
  await expect(withTrainingLock(folder, work)).rejects.toMatchObject({ code: 'capacity.queue_full' });
  end();
  await first;
});

test('who has patience gets it when the other has ended, unless told to stop', async () => {
  const { run, hasBegun, end } = longWork();
  const first = withTrainingLock(folder, run);
  await hasBegun;
  const stop = new AbortController();
  const stopped = withTrainingLock(folder, work, { patienceMs: 60_000, signal: stop.signal });
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  const second = withTrainingLock(folder, work, { patienceMs: 60_000 });
  end();
  expect(await second).toBe('done');
  await first;
});

test.each([
  ['whose number nobody has', JSON.stringify({ pid: 2 ** 22 + 1, began: '1' })],
  ['of an earlier version', '1'],
  ['that was written by halves', '{"pid":'],
])('a killed process %s holds up nobody', async (_, content) => {
  await leave(content);
  expect(await withTrainingLock(folder, work)).toBe('done');
});

test('nor does one whose number another process has now', async () => {
  const { pid, began } = await ownMark();
  // Without /proc there is nothing to tell them apart by.
  if (began === null) return;
  await leave(JSON.stringify({ pid, began: '1' }));
  expect(await withTrainingLock(folder, work)).toBe('done');
});

test('of many at once that find a dead lock one has it', async () => {
  await leave(JSON.stringify({ pid: 2 ** 22 + 1, began: '1' }));
  let [running, most] = [0, 0];
  const count = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  await Promise.allSettled(Array.from({ length: 20 }, () => withTrainingLock(folder, count)));
  expect(most).toBe(1);
});
