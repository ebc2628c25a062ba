import { describe, expect, test } from '@jest/globals';
import { maskHasPixel } from '../../../src/core/mask.js';
import { valueOrThrow } from '../../../src/core/result.js';
import { decodeMicrograph } from '../../../src/imaging/decode-micrograph.js';
import { contentWithoutMargin } from '../../../src/imaging/padding-margin.js';
import { findWithoutData } from '../../../src/imaging/without-data.js';
import { floatTiff } from '../../support/image-files.js';

const [width, height] = [40, 30];
/** Values that vary as those of a detector do. */
const measured = (x: number, y: number): number => 100 + ((x * 37 + y * 91) % 83);

function picture(value: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
}

describe('a margin that was filled in', () => {
  test.each([
    ['on all sides', { x: 6, y: 4, width: 30, height: 20 }],
    ['above', { x: 0, y: 9, width: 40, height: 21 }],
    ['on the right and below', { x: 0, y: 0, width: 33, height: 28 }],
    ['that is larger than the picture', { x: 9, y: 7, width: 22, height: 18 }],
  ])('%s is found', (_, box) => {
    const isInside = (x: number, y: number) =>
      x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
    for (const filler of [0, 141, 65_535]) {
      expect(
        contentWithoutMargin(
          { width, height },
          picture((x, y) => (isInside(x, y) ? measured(x, y) : filler)),
        ),
      ).toEqual(box);
    }
  });

  test.each([
    [
      'a particle on a ground that the detector clipped',
      picture((x, y) => (Math.hypot(x - 20, y - 15) < 11 ? measured(x, y) : 0)),
    ],
    ['a drawn square', picture((x, y) => (x > 5 && x < 35 && y > 5 && y < 25 ? 200 : 0))],
    [
      'a small picture in a large ground',
      picture((x, y) => (x > 15 && x < 24 && y > 10 && y < 19 ? measured(x, y) : 0)),
    ],
    ['a picture without a margin', picture(measured)],
    ['one value throughout', picture(() => 3)],
  ])('%s has none', (_, values) => {
    expect(contentWithoutMargin({ width, height }, values)).toBeNull();
  });
});

test('what is no number, and what is marked, is excluded and said so', () => {
  const values = picture((x, y) =>
    x < 5 ? Number.NaN : y === 12 && x === 20 ? Number.POSITIVE_INFINITY : measured(x, y),
  );
  const empty = new Uint8Array(width * height);
  empty[39] = 1;
  const found = findWithoutData({ width, height, values, empty }, { margins: true });
  expect(found.excluded?.areaPx).toBe(5 * height + 2);
  expect(found.warnings).toEqual(['152 pixels without data (12.7 %) left out']);
  expect(findWithoutData({ width, height, values: picture(measured) }, { margins: true })).toEqual({
    warnings: [],
    excluded: undefined,
  });
});

test('the contrast is that of the pixels with data', async () => {
  const values = picture((x, y) => (x < 20 ? Number.NaN : measured(x, y)));
  const found = valueOrThrow(await decodeMicrograph('a.tif', floatTiff(width, height, values), { maxPixels: 1e6 }));
  expect(Math.max(...found.grey)).toBe(1);
  expect(found.grey.filter((value) => value > 0.2).length).toBeGreaterThan(400);
  expect(maskHasPixel(found.excluded as NonNullable<typeof found.excluded>, 0)).toBe(true);
});
