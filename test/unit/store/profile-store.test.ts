import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openProfileStore, type ProfileStore, type TrainingRecord } from '../../../src/store/profile-store.js';

const record: Omit<TrainingRecord, 'version'> = {
  createdAt: '2026-11-24T10:00:00.000Z',
  baseVersion: 'small-1',
  images: 3,
  heldOutIou: 0.8,
  zeroShotIou: 0.4,
  scores: [],
};
let folder: string;
let store: ProfileStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profiles-'));
  store = openProfileStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const activeOf = async (project: string) => (await openProfileStore(folder).active(project))?.content;

describe('a project', () => {
  test('has no profile at first', async () => {
    expect(await store.active('1')).toBeUndefined();
    expect(await store.list('1')).toEqual([]);
    expect(await store.lastTraining('1')).toBeNull();
  });

  test('has the profile that was adopted last, other projects have theirs', async () => {
    await store.adopt('1.1700000000', { about: 'first' }, record);
    const second = await store.adopt('1', { about: 'second' }, record);
    await store.adopt('2', { about: 'other' }, record);
    expect(second.modelVersion).toMatch(/^small-1-p2-[0-9a-f]{6}$/);
    expect(await activeOf('1')).toMatchObject({ about: 'second', training: { version: 2, heldOutIou: 0.8 } });
    expect((await store.list('1')).map(({ active }) => active)).toEqual([false, true]);
  });

  test('goes back one version, and before the first to none', async () => {
    await store.adopt('1', { about: 'first' }, record);
    await store.adopt('1', { about: 'second' }, record);
    expect((await store.rollback('1'))?.training.version).toBe(1);
    expect(await activeOf('1')).toMatchObject({ about: 'first' });
    expect(await store.rollback('1')).toBeNull();
    expect(await store.active('1')).toBeUndefined();
  });

  test('goes to a version by name or number; an unknown one is refused with those that there are', async () => {
    const first = await store.adopt('1', { about: 'first' }, record);
    await store.adopt('1', { about: 'second' }, record);
    expect((await store.rollback('1', first.modelVersion))?.training.version).toBe(1);
    expect((await store.rollback('1', '2'))?.training.version).toBe(2);
    await expect(store.rollback('1', '7')).rejects.toMatchObject({ code: 'usage.invalid' });
    expect(await activeOf('1')).toMatchObject({ about: 'second' });
  });

  test('numbers go on after a rollback: no version is ever overwritten', async () => {
    await store.adopt('1', { about: 'first' }, record);
    await store.rollback('1');
    await store.adopt('1', { about: 'second' }, record);
    expect((await store.list('1')).map(({ training }) => training.version)).toEqual([1, 2]);
  });

  test('keeps how its last training ended', async () => {
    const last = { finishedAt: 'now', outcome: 'refused', reason: 'worse', version: null } as const;
    await store.recordTraining('1', last);
    expect(await openProfileStore(folder).lastTraining('1')).toEqual(last);
  });
});

describe('what a killed process may leave behind', () => {
  test('a version that was not made active changes nothing', async () => {
    const first = await store.adopt('1', { about: 'first' }, record);
    await writeFile(first.file.replace('0001', '0002'), '{"about": "cut o');
    await writeFile(join(store.folderOf('1'), '.0002.json.abcd.part'), '{');
    expect(await activeOf('1')).toMatchObject({ about: 'first' });
    expect((await store.list('1')).length).toBe(1);
  });

  test('a damaged file is no profile', async () => {
    const first = await store.adopt('1', { about: 'first' }, record);
    await truncate(first.file, 10);
    expect(await store.active('1')).toBeUndefined();
  });
});

test('the stamp changes with every switch', async () => {
  const stamps = [await store.stamp('1')];
  await store.adopt('1', {}, record);
  stamps.push(await store.stamp('1'));
  await store.rollback('1');
  stamps.push(await store.stamp('1'));
  expect(new Set(stamps).size).toBe(3);
});

test('nothing of a project id leads out of the folder', async () => {
  await store.adopt('../../etc', {}, record);
  expect(await readdir(folder)).toEqual(['profiles']);
});

test('a flipped bit in the live profile is seen: it is not used, and named', async () => {
  const adopted = await store.adopt('1', { about: 'centroids', k: [0.25, 1e-7] }, record);
  const whole = await readFile(adopted.file);
  for (let at = 3; at < whole.length - 1; at += 7) {
    const altered = Buffer.from(whole);
    altered[at] = (altered[at] ?? 0) ^ 1;
    await writeFile(adopted.file, altered);
    expect(await store.active('1')).toBeUndefined();
    expect(await store.damagedFile('1')).toBe(adopted.file);
  }
  await writeFile(adopted.file, whole);
  expect(await activeOf('1')).toMatchObject({ about: 'centroids' });
  expect(await store.damagedFile('1')).toBeUndefined();
});

test('a profile without a checksum, of an earlier version, is read', async () => {
  const { file } = await store.adopt('1', { about: 'first' }, record);
  const training = { ...record, version: 1 };
  await writeFile(file, JSON.stringify({ about: 'old', training }));
  expect(await activeOf('1')).toMatchObject({ about: 'old' });
});
