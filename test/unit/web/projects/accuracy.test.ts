import { expect, test } from '@jest/globals';
import { changesText } from '../../../../src/core/region-changes.js';
import {
  accuracyByVersion,
  type AccuracyEntry,
  meanAccuracy,
  runningMeans,
  versionChanges,
  worstFirst,
} from '../../../../src/web/projects/accuracy.js';

function entry(annotation: string, at: string, modelVersion: string, iou: number): AccuracyEntry {
  const measures = { mIoU: iou, mRecall: iou, mPrecision: iou, mFPR: 0, best_iou: iou };
  return {
    project: '1',
    task: annotation,
    annotation,
    annotator: null,
    at,
    modelVersion,
    editedShare: 0,
    measures: { ...measures, boundary: measures },
    leadTimeS: null,
    regions: { accepted: 1, edited: 0, rejected: 0, drawn: 0 },
  };
}

const entries = [
  entry('c', '2026-03-03', 'b', 0.9),
  entry('a', '2026-03-01', 'a', 0.5),
  entry('b', '2026-03-02', 'a', 0.7),
];

test('the interval is that of Student', () => {
  // t(0.975, 2) = 4.303; the standard error of 0.5, 0.6, 0.7 is 0.057735.
  const { mean, low, high } = meanAccuracy([0.5, 0.6, 0.7]);
  expect(mean).toBeCloseTo(0.6);
  expect(low).toBeCloseTo(0.6 - 0.2484, 3);
  expect(high).toBeCloseTo(0.6 + 0.2484, 3);
});

test('one annotation has no interval', () => {
  expect(meanAccuracy([0.8])).toEqual({ mean: 0.8, low: 0.8, high: 0.8, count: 1 });
});

test('versions come in the order in which they were used', () => {
  expect(accuracyByVersion(entries).map(({ version, mean, count }) => [version, mean.toFixed(2), count])).toEqual([
    ['a', '0.60', 2],
    ['b', '0.90', 1],
  ]);
});

test('what people changed is summed up beside the figure of each version', () => {
  const edited = { ...entry('d', '2026-03-04', 'b', 0.4), regions: { accepted: 0, edited: 2, rejected: 1, drawn: 3 } };
  expect(accuracyByVersion([...entries, edited]).map(({ regions }) => changesText(regions))).toEqual([
    '0 edited, 0 drawn, 0 deleted of 2 regions',
    '2 edited, 3 drawn, 1 deleted of 7 regions',
  ]);
});

test('worst images come first', () => {
  expect(worstFirst(entries, 2).map(({ task }) => task)).toEqual(['a', 'b']);
});

test('running means look back only', () => {
  expect(runningMeans(entries, 2).map(({ mean }) => Number(mean.toFixed(3)))).toEqual([0.5, 0.6, 0.8]);
});

test('another version is marked where it first predicted, and where it came back', () => {
  expect(versionChanges(entries)).toEqual([2]);
  expect(versionChanges([...entries, entry('d', '2026-03-04', 'a', 0.8)])).toEqual([2, 3]);
  expect(versionChanges([])).toEqual([]);
});
