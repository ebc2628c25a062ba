import { describe, expect, test } from '@jest/globals';
import { evaluateFilms, filmHalves, filmPieces, filmPrediction } from '../../support/stage-records.js';

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the summary', () => {
  test('has means over images in the form of the contract', () => {
    const { summary, images } = evaluateFilms([0, 4]);
    // 4 columns too far: STO 20/24; Ge 16/20, and 4/40 of the mask that reaches into it.
    const missed = (20 / 24 + (16 / 20 + 4 / 40) / 2) / 2;
    expect(images[1]?.predicted?.mIoU).toBeCloseTo(missed, 12);
    expect(summary.predicted?.mIoU).toBeCloseTo((1 + missed) / 2, 12);
    expect(Object.keys(summary.predicted ?? {})).toEqual([
      ...['mIoU', 'mRecall', 'mPrecision', 'mFPR', 'best_iou', 'boundary', 'masks', 'images'],
    ]);
    expect(Object.keys(summary.predicted?.boundary ?? {})).toEqual([
      ...['mIoU', 'mRecall', 'mPrecision', 'mFPR', 'best_iou'],
    ]);
    expect([summary.predicted?.masks, summary.predicted?.images]).toEqual([4, 2]);
  });

  test('weights easy labels ten to one', () => {
    const { summary } = evaluateFilms([4]);
    expect(summary.weighted.predicted?.mIoU).toBeCloseTo((10 * (20 / 24) + (16 / 20 + 4 / 40) / 2) / 11, 12);
  });

  test('has the classes of difficulty apart; images of none are in no class', () => {
    const { summary } = evaluateFilms([0, 4, 4], (index) => (index === 2 ? {} : { difficulty: index === 0 ? 1 : 3 }));
    expect(Object.keys(summary.by_difficulty)).toEqual(['1', '3']);
    expect(summary.by_difficulty[1]?.predicted).toMatchObject({ mIoU: 1, images: 1 });
  });
});

test('intervals hold the mean and shrink to it where all images are equal', () => {
  const { intervals, summary } = evaluateFilms([0, 1, 2, 3, 4, 5]);
  const [low = 1, high = 0] = intervals.predicted?.mIoU ?? [];
  expect(low).toBeLessThan(summary.predicted?.mIoU ?? 0);
  expect(high).toBeGreaterThan(summary.predicted?.mIoU ?? 1);
  expect(evaluateFilms([0, 0]).intervals.predicted?.mIoU).toEqual([1, 1]);
});

describe('gains', () => {
  const stages = { sam: filmPieces(), removed: filmPieces(), boosted: filmHalves() };

  test('are the paired differences of stages', () => {
    const { gain } = evaluateFilms(
      range(10).map(() => 0),
      () => ({ stages, difficulty: 2 }),
    );
    // Each half in two pieces: IoU one half each.
    expect(gain['boosted_over_sam']?.mIoU.difference).toBeCloseTo(0.5, 12);
    expect(gain['boosted_over_sam']?.mFPR.difference).toBeCloseTo(-0.25, 12);
    expect(gain['boosted_over_sam']?.mIoU).toMatchObject({ significant: true, interval: [0.5, 0.5] });
    expect(gain['removed_over_sam']?.mIoU).toMatchObject({ difference: 0, significant: false });
    expect(gain['boosted_over_sam']?.by_difficulty[2]?.images).toBe(10);
  });

  test('of few images are never significant', () => {
    const { gain } = evaluateFilms([0, 0, 0], () => ({ stages }));
    expect(gain['boosted_over_sam']).toMatchObject({ too_few: true, mIoU: { significant: false } });
  });

  test('need both stages', () => {
    expect(evaluateFilms([0, 0]).gain).toEqual({});
  });
});

describe('model versions', () => {
  test('are measured each, and against the one before on the images that both have', () => {
    const evaluation = evaluateFilms(
      range(12).map(() => 0),
      (index) => ({
        case: {
          versions: [
            filmPrediction(String(index), 0, 'old'),
            ...(index < 10 ? [filmPrediction(String(index), 4, 'new')] : []),
          ],
        },
      }),
    );
    expect(evaluation.versions['old']?.predicted).toMatchObject({ mIoU: 1, images: 12 });
    expect(evaluation.versions['new']?.predicted.images).toBe(10);
    const [change] = evaluation.version_changes;
    expect([change?.from, change?.to, change?.change.images]).toEqual(['old', 'new', 10]);
    expect(change?.change.mIoU).toMatchObject({ significant: true });
    expect(change?.change.mIoU.difference).toBeLessThan(-0.1);
  });
});

test('regions, edited area, lead time, confusion, calibration and days are summed up', () => {
  const evaluation = evaluateFilms([0, 4]);
  expect(evaluation.regions).toEqual({ accepted: 2, edited: 2, rejected: 0, drawn: 0 });
  expect(evaluation.annotators['ann@lab.example']?.regions).toEqual(evaluation.regions);
  expect(evaluation.edited).toEqual({ px: 160, share: 160 / 3200 });
  expect(evaluation.lead_time_s).toEqual({ mean: 30, median: 30, annotations: 2 });
  expect(evaluation.label_confusion).toContainEqual({ truth: 'Ge', predicted: 'STO', area_px: 160 });
  expect(evaluation.calibration.regions).toBe(4);
  expect(evaluation.over_time).toMatchObject([{ day: '2026-11-02', images: 2 }]);
  expect(evaluation.annotators['ann@lab.example']).toMatchObject({ images: 2, lead_time_s: { median: 30 } });
  expect(evaluation.agreement).toBeNull();
});

test('where ids lead nowhere, nothing is said of accepted and edited regions', () => {
  const { regions, edited } = evaluateFilms([4], () => ({ case: { isTraced: false } }));
  expect([regions, edited.px]).toEqual([{ accepted: 0, edited: 0, rejected: 0, drawn: 0 }, 0]);
});

test('nothing measured is an evaluation without figures', () => {
  expect(evaluateFilms([])).toMatchObject({ images: [], summary: { by_difficulty: {}, weighted: {} }, gain: {} });
});
