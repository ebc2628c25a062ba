import { expect, test } from '@jest/globals';
import { maskFromBox } from '../../../src/core/mask.js';
import { boundaryMask, boundaryWidth } from '../../../src/metrics/boundary-mask.js';
import { drawMask, showMask } from '../../support/draw-mask.js';

test('the width is 2 % of the diagonal, halves to even, at least one pixel', () => {
  expect([boundaryWidth(1, 1), boundaryWidth(45, 60), boundaryWidth(75, 100), boundaryWidth(1024, 1024)]).toEqual([
    1, 2, 2, 29,
  ]);
});

test('the border of the image is contour', () => {
  expect(showMask(boundaryMask(drawMask('####', '####', '####', '####')))).toEqual(['####', '#..#', '#..#', '####']);
});

test('a diagonal neighbour outside makes a pixel boundary', () => {
  const mask = drawMask('.....', '.###.', '.###.', '.####', '.....');
  expect(showMask(boundaryMask(mask))).toEqual(['.....', '.###.', '.#.#.', '.####', '.....']);
});

test('a small mask is all boundary, an empty one has none', () => {
  const small = maskFromBox(1024, 1024, { x: 500, y: 500, width: 50, height: 400 });
  expect(boundaryMask(small).areaPx).toBe(small.areaPx);
  expect(boundaryMask(drawMask('..', '..')).areaPx).toBe(0);
});

test('a large box leaves an inner box out', () => {
  const box = maskFromBox(1024, 1024, { x: 100, y: 200, width: 300, height: 200 });
  expect(boundaryMask(box).areaPx).toBe(300 * 200 - (300 - 58) * (200 - 58));
});
