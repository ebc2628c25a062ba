import { expect, test } from '@jest/globals';
import { type GroupingRecord, groupingReport } from '../../../ablation/grouping-report.js';

const record = (materials: number, chosen: number, iou: number, isSimulated = true): GroupingRecord => ({
  name: 'drawn',
  kind: isSimulated ? 'difficulty 1' : 'film',
  isSimulated,
  materials,
  chosen,
  masks: 9,
  iou: { chosen: iou, given: 1, limit: 1 },
  outcomes: [{ score: 0.9, iou }],
});

test('numbers of materials and sets are judged apart', () => {
  const report = groupingReport([record(2, 2, 1), record(2, 1, 0.5), record(3, 4, 0.6), record(2, 2, 0.8, false)]);
  expect(report).toContain('| 2 | 2 | 1 | 1, 0 | 0.750 | 1.000 | 1.000 |');
  expect(report).toContain('| 3 | 1 | 0 | 0, 1 | 0.600 | 1.000 | 1.000 |');
  expect(report).toContain('| film | 1 | 1 | 0, 0 | 0.800 | 1.000 | 1.000 |');
  expect(report).toContain('Confidence of 3 materials: expected calibration error 0.200.');
  expect(report).toContain('Confidence of 1 materials: expected calibration error 0.100.');
});
