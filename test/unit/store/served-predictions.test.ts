import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openServedPredictions, type ServedPrediction } from '../../../src/store/served-predictions.js';

const folder = mkdtempSync(path.join(tmpdir(), 'served-'));
afterAll(() => rmSync(folder, { recursive: true }));

const prediction = (change: Partial<ServedPrediction> = {}): ServedPrediction => ({
  project: '7.1795394550',
  task: 42,
  modelVersion: 'sam-i-am-small-1',
  servedAt: '2026-11-23T10:00:00.000Z',
  parameters: { materials: null },
  prompts: [],
  score: 0.9,
  regions: [
    {
      id: 'r1',
      label: 'SrTiO₃',
      fromName: 'material',
      toName: 'image',
      width: 12,
      height: 10,
      score: 0.9,
      brushRle: Uint8Array.of(0, 1, 255),
    },
  ],
  ...change,
});

test('what was kept is found again, the newest first, and only for its task', async () => {
  const store = openServedPredictions(folder);
  const later = prediction({ servedAt: '2026-11-23T11:00:00.000Z', modelVersion: 'sam-i-am-small-2' });
  await Promise.all([prediction(), later, prediction({ task: 43 })].map((each) => store.record(each)));
  expect(await store.find(7, 42)).toEqual([later, prediction()]);
  expect(await store.find('7.1795394550', 43)).toHaveLength(1);
  expect(await store.find(8, 42)).toEqual([]);
});

test('ids from requests do not lead out of the folder', async () => {
  const inner = path.join(folder, 'inner');
  const store = openServedPredictions(inner);
  const hostile = prediction({ project: '../../up', task: '../../../etc/passwd' });
  await store.record(hostile);
  await store.record(prediction({ project: '', task: '..' }));
  expect(await store.find('../../up', '../../../etc/passwd')).toEqual([hostile]);
  expect(readdirSync(inner)).toEqual(['predictions']);
  expect(readdirSync(folder).sort()).toEqual(['inner', 'predictions']);
});

test('a damaged copy hides no other', async () => {
  const store = openServedPredictions(folder);
  await store.record(prediction({ task: 77 }));
  const place = path.join(folder, 'predictions', '7', '77');
  const [whole = ''] = readdirSync(place);
  const bytes = readFileSync(path.join(place, whole));
  writeFileSync(path.join(place, 'a.json.gz'), bytes.subarray(0, 40));
  writeFileSync(path.join(place, 'b.json.gz'), 'no gzip');
  writeFileSync(path.join(place, 'c.json.gz'), '');
  expect(await store.find(7, 77)).toEqual([prediction({ task: 77 })]);
});
