import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/core/seeded-random.js';
import type { Evaluation } from '../../../src/evaluation/evaluation.js';
import {
  type Baseline,
  BaselineComparison,
  failedThresholds,
  parseBaseline,
  parseThreshold,
  primaryStage,
} from '../../../src/evaluation/gate.js';
import type { StageRecord } from '../../../src/evaluation/measures-record.js';
import { evaluateFilms, filmHalves } from '../../support/stage-records.js';

const fallsSince = (baseline: Baseline, { images }: Pick<Evaluation, 'images'>): string[] => {
  const comparison = new BaselineComparison(baseline);
  for (const image of images) comparison.add(image);
  return comparison.falls();
};

const threshold = (text: string) => {
  const parsed = parseThreshold(text);
  if (parsed === undefined) throw new Error(`${text} is a threshold`);
  return parsed;
};

describe('thresholds', () => {
  test('are measures with a value, of a stage or of boundaries if so named', () => {
    expect(parseThreshold('mIoU=0.8')).toEqual({ stage: undefined, isBoundary: false, measure: 'mIoU', limit: 0.8 });
    expect(parseThreshold('boosted.boundary.mFPR = .1')).toEqual({
      stage: 'boosted',
      isBoundary: true,
      measure: 'mFPR',
      limit: 0.1,
    });
  });

  test.each([
    'mIoU',
    'mIoU=',
    'miou=0.8',
    'mIoU=80',
    'mIoU=-1',
    'bosted.mIoU=0.5',
    'mIoU.boundary.x=0.5',
    '=0.5',
    'mIoU=x',
  ])('%s is none', (text) => expect(parseThreshold(text)).toBeUndefined());

  const evaluation = evaluateFilms([4, 4]);

  test('that are met say nothing', () => {
    expect(failedThresholds(evaluation, [threshold('mIoU=0.6'), threshold('mFPR=0.03')])).toEqual([]);
  });

  test('that are not met say by what', () => {
    expect(failedThresholds(evaluation, [threshold('mIoU=0.9'), threshold('predicted.boundary.mIoU=1')])).toEqual([
      'predicted.mIoU is 0.6417, below 0.9',
      expect.stringMatching(/^predicted\.boundary\.mIoU is 0\.\d{4}, below 1$/),
    ]);
  });

  test('on the false positive rate are ceilings', () => {
    const halves = filmHalves();
    const twice = evaluateFilms([0], () => ({ stages: { boosted: [...halves, ...halves] } }));
    expect(failedThresholds(twice, [threshold('boosted.mFPR=0.1')])).toEqual(['boosted.mFPR is 0.5000, above 0.1']);
  });

  test('on a stage that was not measured are not met', () => {
    expect(failedThresholds(evaluation, [threshold('boosted.mIoU=0.1')])).toEqual([
      expect.stringContaining('boosted.mIoU was not measured'),
    ]);
    expect(failedThresholds(evaluateFilms([]), [threshold('mIoU=0')])).toHaveLength(1);
  });
});

test('the stage that figures are about is what Label Studio stores, else what was computed', () => {
  expect(primaryStage(evaluateFilms([0], () => ({ stages: { boosted: filmHalves() } })))).toBe('predicted');
  const computed = { annotations: [{ ...annotationWithout }] as const };
  expect(primaryStage(evaluateFilms([0], () => ({ stages: { boosted: filmHalves() }, case: computed })))).toBe(
    'boosted',
  );
  expect(primaryStage(evaluateFilms([]))).toBeUndefined();
});

const annotationWithout = {
  id: '1',
  annotator: null,
  completedAt: null,
  leadTimeS: null,
  regions: filmHalves().map((mask, index) => ({
    id: `r${index}`,
    label: `l${index}`,
    mask,
    recordedOrigin: null,
  })),
  prediction: null,
};

describe('the baseline', () => {
  const shifts = Array.from({ length: 12 }, (_, index) => index % 3);
  const earlier = parseBaseline(JSON.stringify(evaluateFilms(shifts)), 'metrics.json');

  test('an equal evaluation is no fall, and neither is a better one', () => {
    expect(fallsSince(earlier, evaluateFilms(shifts))).toEqual([]);
    expect(fallsSince(earlier, evaluateFilms(shifts.map(() => 0)))).toEqual([]);
  });

  test('a significant fall says how far, on how many images and how certain', () => {
    expect(fallsSince(earlier, evaluateFilms(shifts.map((shift) => shift + 2)))).toEqual([
      expect.stringMatching(/^predicted\.mIoU changed by -\d+\.\d\d points on 12 images \(95 % interval .* p = 0\.000/),
    ]);
  });

  test('with few images, any fall by more than a point counts', () => {
    const few = parseBaseline(JSON.stringify(evaluateFilms([0, 0])), 'metrics.json');
    expect(fallsSince(few, evaluateFilms([4, 4]))).toEqual([expect.stringContaining('too few for a test')]);
  });

  test('no image in common is a failure of its own', () => {
    expect(fallsSince({ images: [] }, evaluateFilms([0]))).toEqual([expect.stringContaining('no measured image')]);
  });

  test.each(['', '[]', '{"images": [{"id": 1}]}', 'x'])('%j is no baseline', (text) => {
    expect(() => parseBaseline(text, 'b.json')).toThrow('b.json is no metrics.json');
  });
});

describe('200 simulated projects of 50 images, compared with their baseline', () => {
  /** Measures of an image that are all the same. */
  const record = (mIoU: number) => {
    const measures = { mIoU, mRecall: mIoU, mPrecision: mIoU, mFPR: 0, best_iou: mIoU };
    return { ...measures, boundary: measures };
  };
  const clamped = (value: number) => Math.min(1, Math.max(0, value));

  /** The share of projects whose gate closes when mIoU falls by so much, images scattering by 3 points from run to run. */
  const closedShare = (fall: number, seed: number): number => {
    const random = seededRandom(seed);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const closed = Array.from({ length: 200 }, () => {
      const before = Array.from({ length: 50 }, () => clamped(0.8 + 0.12 * normal()));
      const comparison = new BaselineComparison({
        images: before.map((mIoU, index) => ({ id: String(index), predicted: record(mIoU) })),
      });
      before.forEach((mIoU, index) => {
        const after = record(clamped(mIoU - fall + 0.03 * normal())) as unknown as StageRecord;
        comparison.add({ id: String(index), predicted: after });
      });
      return comparison.falls().length > 0;
    });
    return closed.filter(Boolean).length / closed.length;
  };

  test('a fall by 2 points of IoU closes at least 95 % of gates', () => {
    expect(closedShare(0.02, 5)).toBeGreaterThanOrEqual(0.95);
  });

  test('no change closes at most 5 %', () => {
    expect(closedShare(0, 6)).toBeLessThanOrEqual(0.05);
  });
});
