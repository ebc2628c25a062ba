import { describe, expect, test } from '@jest/globals';
import { ownRegions } from '../../../src/booster/own-regions.js';
import { uncoveredRegions } from '../../../src/booster/uncovered-regions.js';
import { maskFromBox } from '../../../src/core/mask.js';

const box = (x: number, y: number, width: number, height: number) => maskFromBox(100, 100, { x, y, width, height });
const options = { leastShare: 0.01, leastWidthShare: 0.05 };

describe('regions that no mask covers', () => {
  test('are named where they are large', () => {
    const regions = uncoveredRegions(100, 100, [box(0, 0, 100, 60)], options);
    expect(regions.map(({ box }) => box)).toEqual([{ x: 0, y: 60, width: 100, height: 40 }]);
  });

  test('are the whole image where there is no mask', () => {
    expect(uncoveredRegions(100, 100, [], options).map(({ areaPx }) => areaPx)).toEqual([10_000]);
  });

  test('are left alone where they are seams or specks', () => {
    const around = [box(0, 0, 50, 100), box(53, 0, 47, 90), box(62, 90, 38, 10), box(53, 90, 2, 10)];
    expect(uncoveredRegions(100, 100, around, options)).toEqual([]);
  });
});

test('where two masks overlap, the pixels speak for the one that wins them', () => {
  const sure = { mask: box(0, 0, 60, 50), score: 0.9 };
  const unsure = { mask: box(40, 0, 60, 50), score: 0.5 };
  expect(ownRegions([unsure, sure], { childShare: 0.8 }).map(({ ownPx }) => ownPx)).toEqual([2000, 3000]);
});

test('a mask speaks for its pixels without its children, unless hardly any are left', () => {
  const film = { mask: box(0, 0, 100, 50), score: 0.9 };
  const island = { mask: box(10, 10, 20, 20), score: 0.9 };
  const lens = { mask: box(0, 60, 20, 20), score: 0.9 };
  const inLens = { mask: box(0, 60, 20, 19), score: 0.9 };
  const regions = ownRegions([island, film, lens, inLens], { childShare: 0.8 });
  expect(regions.map(({ region }) => region.areaPx)).toEqual([400, 4600, 400, 380]);
  expect(regions.map(({ ownPx }) => ownPx)).toEqual([400, 4600, 20, 380]);
});
