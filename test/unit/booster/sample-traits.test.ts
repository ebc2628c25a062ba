import { describe, expect, test } from '@jest/globals';
import type { PlacedDescription } from '../../../src/booster/describe-masks.js';
import { sampleTraits, withTraits } from '../../../src/booster/sample-traits.js';
import { traitsOf } from '../../../src/booster/traits.js';
import { maskFromBox } from '../../../src/core/mask.js';
import { traitReader, traitSide } from '../../../src/texture/own-traits.js';
import { greyImage } from '../../support/grey-image.js';

const size = 100;
const halves = greyImage(size, size, (x) => (x < 50 ? 0.2 : 0.8));
const left = maskFromBox(size, size, { x: 0, y: 0, width: 50, height: size });

describe('traits around places in a mask', () => {
  test('see the mask and not its neighbour, in the corners of the image, too', () => {
    const centres = [0, 49, 50 * size + 49, 99 * size];
    for (const { values } of sampleTraits(halves, left, centres, traitReader())) {
      expect(traitsOf(values).grey).toBeCloseTo(0.2, 6);
      expect(traitsOf(values).spread).toBeCloseTo(0, 5);
    }
  });

  test('know where they were taken, and how much of the square is the mask', () => {
    const [seen] = sampleTraits(halves, left, [40 * size + 49], traitReader());
    expect([seen?.x, seen?.y]).toEqual([49, 40]);
    // The square begins 32 pixels before its centre: 33 of 64 columns belong to the mask.
    expect(traitsOf(seen?.values ?? []).share).toBeCloseTo((50 - 17) / traitSide, 6);
  });

  test('fit an image that is smaller than a square', () => {
    const tiny = greyImage(7, 5, () => 0.4);
    const [seen] = sampleTraits(tiny, maskFromBox(7, 5, { x: 2, y: 1, width: 3, height: 2 }), [9], traitReader());
    expect(traitsOf(seen?.values ?? []).share).toBeCloseTo(6 / traitSide ** 2, 6);
    expect(traitsOf(seen?.values ?? []).grey).toBeCloseTo(0.4, 6);
  });

  test('belong to descriptions, one for each sample', async () => {
    const described: PlacedDescription = {
      samples: [[1], [1]],
      centres: Uint32Array.of(10, 20),
      crop: [1],
      token: null,
      traits: null,
      areaPx: left.areaPx,
    };
    const [seen] = await withTraits(halves, [left], [described], traitReader());
    expect(seen?.traits?.map(({ x, y }) => [x, y])).toEqual([
      [10, 0],
      [20, 0],
    ]);
  });
});
