import { expect, test } from '@jest/globals';
import { scatteredOver } from '../../../src/booster/scattered-masks.js';
import { type Mask, maskFromBox, subtract, unionOf } from '../../../src/core/mask.js';

const box = (x: number, y: number, width: number, height: number): Mask =>
  maskFromBox(100, 100, { x, y, width, height });
const dots = Array.from({ length: 9 }, (_, index) => box(10 + 15 * (index % 3), 10 + 30 * Math.floor(index / 3), 5, 5));
const scattered = unionOf(box(10, 10, 5, 5), ...dots);
const left = subtract(box(0, 0, 60, 100), scattered);
const right = box(60, 0, 40, 100);

test('many small pieces in the holes of a mask are scattered over it, and over no other', () => {
  const isPair = scatteredOver([left, scattered, right]);
  expect([isPair(0, 1), isPair(1, 0), isPair(1, 2), isPair(0, 2)]).toEqual([true, true, false, false]);
});

test('a few pieces, and large ones, are not', () => {
  const few = unionOf(box(10, 10, 5, 5), ...dots.slice(0, 5));
  expect(scatteredOver([subtract(left, few), few])(0, 1)).toBe(false);
  const grain = box(10, 10, 40, 40);
  expect(scatteredOver([subtract(box(0, 0, 60, 100), grain), grain])(0, 1)).toBe(false);
});
