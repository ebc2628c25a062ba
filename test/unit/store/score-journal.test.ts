import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openScoreJournal } from '../../../src/store/score-journal.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'scores-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the last score of each task is kept over processes; a line that was cut off is no score', async () => {
  const [one, other] = [openScoreJournal(folder), openScoreJournal(folder)];
  expect([...(await one.read())]).toEqual([]);
  await Promise.all([one.add(3, 0.25), other.add(7, 1e-7)]);
  await one.add(3, 0.75);
  await appendFile(join(folder, 'scores.tsv'), '9\t0.');
  await appendFile(join(folder, 'scores.tsv'), '\nx\t1\n11');
  const scores = await other.read();
  expect([scores.get(3), scores.get(7), scores.has(11)]).toEqual([0.75, 1e-7, false]);
});

test('a folder that cannot be written to is said, with the way out', async () => {
  await expect(openScoreJournal('/dev/null/x').add(1, 1)).rejects.toMatchObject({
    ...{ code: 'disk.unwritable', hint: expect.stringContaining('DATA_DIR') },
  });
});
