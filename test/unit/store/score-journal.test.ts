import { appendFile, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openScoreJournal } from '../../../src/store/score-journal.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'scores-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the last score of each task is kept over processes; a line that was cut off is no score', async () => {
  const [one, other] = [await openScoreJournal(folder), await openScoreJournal(folder)];
  expect(one.of(3)).toBeUndefined();
  await Promise.all([one.keep(30, 0.25), other.keep(7, 1e-7)]);
  await one.keep(30, 0.75);
  await appendFile(join(folder, 'scores.tsv'), '9\t0.');
  await other.keep(8, 0.5);
  await appendFile(join(folder, 'scores.tsv'), '\nx\t1\n11\t0.5\n12\t0.5\t00000000\n');
  const journal = await openScoreJournal(folder);
  expect([30, 7, 8].map((task) => journal.of(task))).toEqual([0.75, 1e-7, 0.5]);
  expect([9, 11, 12, 6, 31].map((task) => journal.of(task))).toEqual(new Array(5).fill(undefined));
});

test('a folder that cannot be written to is said, with the way out', async () => {
  const journal = await openScoreJournal('/dev/null/x');
  await expect(journal.keep(1, 1)).rejects.toMatchObject({
    code: 'disk.unwritable',
    hint: expect.stringContaining('DATA_DIR'),
  });
});

test('a full disk is said, with the way out', async () => {
  await symlink('/dev/full', join(folder, 'scores.tsv'));
  await expect((await openScoreJournal(folder)).keep(1, 1)).rejects.toMatchObject({
    code: 'disk.unwritable',
    message: expect.stringContaining('full'),
    hint: expect.stringContaining('Make room'),
  });
});
