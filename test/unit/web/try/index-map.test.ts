import { expect, test } from '@jest/globals';
import { maskFromBox } from '../../../../src/core/mask.js';
import { type Paint, paintIndexMap, paintTile } from '../../../../src/web/try/index-map.js';

const large = maskFromBox(6, 4, { x: 0, y: 0, width: 6, height: 3 });
const small = maskFromBox(6, 4, { x: 1, y: 1, width: 2, height: 1 });

test('small masks lie on large ones, in whatever order they come', () => {
  const items = [
    { mask: small, value: 2 },
    { mask: large, value: 1 },
  ];
  const map = paintIndexMap(6, 4, items);
  expect([...map.values].join('')).toBe('111111' + '122111' + '111111' + '000000');
  expect(paintIndexMap(6, 4, items.toReversed())).toEqual(map);
});

test('a tile has fills, outlines where values meet, and nothing where nothing is', () => {
  const map = paintIndexMap(6, 4, [{ mask: large, value: 1 }]);
  const paint: Paint = [10, 20, 30, 100, 200];
  const pixels = paintTile(map, { left: 0, top: 0, step: 1, columns: 6, rows: 4 }, () => paint);
  const opacity = (x: number, y: number) => pixels[(y * 6 + x) * 4 + 3];
  expect([opacity(2, 0), opacity(2, 2), opacity(2, 3)]).toEqual([100, 200, 0]);
  expect([...pixels.slice(0, 4)]).toEqual([10, 20, 30, 100]);
});

test('a coarse tile shows every other pixel', () => {
  const map = paintIndexMap(6, 4, [{ mask: small, value: 1 }]);
  const pixels = paintTile(map, { left: 0, top: 0, step: 2, columns: 3, rows: 2 }, () => [1, 1, 1, 9, 9]);
  expect([0, 1, 2, 3, 4, 5].map((at) => pixels[at * 4 + 3])).toEqual([9, 0, 0, 0, 0, 0]);
});
