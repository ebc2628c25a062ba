import { expect, test } from '@jest/globals';
import type { ImageRecord } from '../../../src/evaluation/evaluation.js';
import type { StageRecord } from '../../../src/evaluation/measures-record.js';
import { ImageOverviewBuilder } from '../../../src/evaluation/report/image-overview.js';
import { evaluateFilms } from '../../support/stage-records.js';

const [film] = evaluateFilms([0]).images;
const imageOf = (index: number, mIoU: number | undefined): ImageRecord => {
  const { predicted, ...rest } = film as ImageRecord;
  return {
    ...rest,
    id: String(index),
    ...(mIoU === undefined ? {} : { predicted: { ...(predicted as StageRecord), mIoU } }),
  };
};

test('of thousands of images the worst five hundred and some hundred dots are kept, evenly', () => {
  const overview = new ImageOverviewBuilder();
  const count = 5000;
  for (let i = 0; i < count; i++) overview.add(imageOf(i, ((i * 7919) % count) / count));
  const { images, worst, timeline, distributions } = overview.build();
  expect(images).toBe(count);
  expect(worst.map(({ predicted }) => predicted?.mIoU)).toEqual(Array.from({ length: 500 }, (_, i) => i / count));
  expect(timeline.length).toBeGreaterThan(500);
  expect(timeline.length).toBeLessThanOrEqual(1000);
  expect(timeline[1]?.mIoU).toBe(((8 * 7919) % count) / count);
  expect(distributions.predicted).toEqual(new Array(20).fill(count / 20));
});

test('images without a figure come first, and are no dots', () => {
  const overview = new ImageOverviewBuilder();
  [0.5, undefined, 1].forEach((mIoU, index) => overview.add(imageOf(index, mIoU)));
  const { worst, timeline, distributions } = overview.build();
  expect(worst.map(({ id }) => id)).toEqual(['1', '0', '2']);
  expect(timeline.map(({ mIoU }) => mIoU)).toEqual([0.5, 1]);
  expect(distributions.predicted?.reduce((sum, count) => sum + count, 0)).toBe(2);
});
