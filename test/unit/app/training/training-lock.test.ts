import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withTrainingLock } from '../../../../src/app/training/training-lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const work = () => Promise.resolve('done');

test('the lock is free again afterwards, also after a failure', async () => {
  await expect(withTrainingLock(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withTrainingLock(folder, work)).toBe('done');
  expect(await withTrainingLock(folder, work)).toBe('done');
});

test('a living process holds it', async () => {
  await writeFile(join(folder, 'training.lock'), '1');
  await expect(withTrainingLock(folder, work)).rejects.toMatchObject({ code: 'capacity.queue_full' });
});

test('a killed process does not', async () => {
  // Beyond the largest process id that Linux gives.
  await writeFile(join(folder, 'training.lock'), String(2 ** 22 + 1));
  expect(await withTrainingLock(folder, work)).toBe('done');
});
