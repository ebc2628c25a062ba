import { expect, test } from '@jest/globals';
import { regionsOfInterest } from '../../../../src/painting/results/regions-of-interest.js';

/** Digits are labels. */
function drawMap(...rows: readonly string[]) {
  const width = rows[0]?.length ?? 0;
  return { width, height: rows.length, labels: Uint8Array.from(rows.join(''), Number) };
}

const scores = new Map([
  [1, 0.9],
  [2, 0.5],
]);
const options = { nanometresPerPixel: 0.5, leastShare: 0, tolerancePx: 0 };

test('each connected piece has its box, centroid, area, outline and holes', () => {
  const { regions } = regionsOfInterest(drawMap('111100', '121100', '111100', '000022'), scores, options);
  expect(regions).toMatchObject([
    { id: 1, material: 1, score: 0.9, bbox: [0, 0, 4, 3], area_px: 11, area_nm2: 2.75 },
    { id: 2, material: 2, score: 0.5, bbox: [4, 3, 2, 1], area_px: 2, centroid: [5, 3.5], holes: [] },
    { id: 3, material: 2, bbox: [1, 1, 1, 1], area_px: 1, centroid: [1.5, 1.5] },
  ]);
  const corners = (points: readonly (readonly [number, number])[] = []) => points.map(String).sort();
  expect(corners(regions[0]?.outline)).toEqual(['0,0', '0,3', '4,0', '4,3']);
  expect(regions[0]?.holes.map(corners)).toEqual([['1,1', '1,2', '2,1', '2,2']]);
});

test('where materials touch there is a line, with its length; gaps have none', () => {
  const { interfaces } = regionsOfInterest(drawMap('1122', '1122', '0022', '2201'), scores, options);
  expect(interfaces).toEqual([
    { materials: [1, 2], line: [[2, 0], [2, 2]], length_px: 2, length_nm: 1 }, // prettier-ignore
    { materials: [1, 2], line: [[3, 3], [4, 3]], length_px: 1, length_nm: 0.5 }, // prettier-ignore
  ]);
});

test('specks are left out, and without a pixel size there are no nanometres', () => {
  const map = drawMap('1111', '1111', '1112', '1111');
  const { regions, interfaces } = regionsOfInterest(map, scores, { nanometresPerPixel: undefined, leastShare: 0.1 });
  expect(regions).toMatchObject([{ material: 1, area_px: 15, area_nm2: null }]);
  expect(interfaces).toMatchObject([{ length_nm: null }]);
});
