import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type AccuracyEntry, openAccuracyStore } from '../../../src/learning/accuracy-store.js';

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'accuracy-'));

function entry(annotation: string, at: string, mIoU = 0.5, project = '1'): AccuracyEntry {
  const measures = { mIoU, mRecall: 1, mPrecision: 1, mFPR: 0, best_iou: mIoU };
  return {
    project,
    task: '7',
    annotation,
    annotator: '1',
    at,
    modelVersion: 'v1',
    measures: { ...measures, boundary: measures },
    regions: { accepted: 1, edited: 0, rejected: 0, drawn: 0 },
    editedShare: 0,
    leadTimeS: null,
  };
}

const early = '2026-11-01T00:00:00Z';
const late = '2026-11-02T00:00:00Z';

test('entries are there again after a restart, oldest first, by project', async () => {
  const path = await folder();
  const store = await openAccuracyStore(path);
  await store.record(entry('b', late));
  await store.record(entry('a', early));
  await store.record(entry('c', early, 0.5, '2'));
  const again = await openAccuracyStore(path);
  expect(again.entries('1').map(({ annotation }) => annotation)).toEqual(['a', 'b']);
  expect(again.entries()).toHaveLength(3);
});

test('the newest state of an annotation counts, in whatever order it comes', async () => {
  const path = await folder();
  const store = await openAccuracyStore(path);
  await store.record(entry('a', late, 0.9));
  await store.record(entry('a', early, 0.1));
  expect(store.entries().map(({ measures }) => measures.mIoU)).toEqual([0.9]);
  expect((await openAccuracyStore(path)).entries().map(({ measures }) => measures.mIoU)).toEqual([0.9]);
});

test('what was removed stays removed', async () => {
  const path = await folder();
  const store = await openAccuracyStore(path);
  await store.record(entry('a', early));
  await store.remove('a');
  await store.remove('unknown');
  expect((await openAccuracyStore(path)).entries()).toEqual([]);
});

test('a line that was cut off costs only itself, and the next one is whole', async () => {
  const path = await folder();
  await (await openAccuracyStore(path)).record(entry('a', early));
  await appendFile(join(path, 'accuracy.jsonl'), '{"project":"1","ta');
  await (await openAccuracyStore(path)).record(entry('b', late));
  expect((await openAccuracyStore(path)).entries().map(({ annotation }) => annotation)).toEqual(['a', 'b']);
});

test('overtaken lines are gone after the next start', async () => {
  const path = await folder();
  const lines = Array.from({ length: 50 }, (_, i) => JSON.stringify(entry('a', late, i / 100)));
  await writeFile(join(path, 'accuracy.jsonl'), `${lines.join('\n')}\n`);
  expect((await openAccuracyStore(path)).entries()).toMatchObject([{ measures: { mIoU: 0.49 } }]);
  expect((await readFile(join(path, 'accuracy.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(1);
});

test('nothing is made before the first entry', async () => {
  const path = join(await folder(), 'not-yet');
  const store = await openAccuracyStore(path);
  expect(store.entries()).toEqual([]);
  await store.record(entry('a', early));
  expect(await readFile(join(path, 'accuracy.jsonl'), 'utf8')).toContain('"annotation":"a"');
});
