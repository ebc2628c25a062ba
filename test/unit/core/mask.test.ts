import { describe, expect, test } from '@jest/globals';
import {
  intersectionArea,
  maskFromBox,
  maskHasPixel,
  maskIou,
  maskToBitmap,
  pixelOfRank,
  RunBuilder,
  subtract,
  unionOf,
} from '../../../src/core/mask.js';
import { drawMask, showMask } from '../../support/draw-mask.js';

const corner = drawMask('##..', '##..', '....');
const middle = drawMask('....', '.##.', '.##.');

test('a mask knows its runs, its area and its box', () => {
  expect([...middle.runs]).toEqual([5, 7, 9, 11]);
  expect(middle.areaPx).toBe(4);
  expect(middle.box).toEqual({ x: 1, y: 1, width: 2, height: 2 });
});

test('a run over the end of a row spans the whole width', () => {
  const mask = drawMask('..##', '#...');
  expect([...mask.runs]).toEqual([2, 5]);
  expect(mask.box).toEqual({ x: 0, y: 0, width: 4, height: 2 });
});

test('an empty mask has no area and an empty box', () => {
  const mask = drawMask('...', '...');
  expect(mask.areaPx).toBe(0);
  expect(mask.box).toEqual({ x: 0, y: 0, width: 0, height: 0 });
  expect(maskIou(mask, mask)).toBe(0);
});

test('drawing a mask and showing it are inverse', () => {
  expect(showMask(corner)).toEqual(['##..', '##..', '....']);
  expect([...maskToBitmap(corner)]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
});

test('intersection, union and IoU', () => {
  expect(intersectionArea(corner, middle)).toBe(1);
  expect(showMask(unionOf(corner, middle))).toEqual(['##..', '###.', '.##.']);
  expect(maskIou(corner, middle)).toBeCloseTo(1 / 7, 12);
});

test('a box becomes a mask', () => {
  expect(showMask(maskFromBox(4, 3, { x: 1, y: 1, width: 3, height: 2 }))).toEqual(['....', '.###', '.###']);
});

describe('pixels', () => {
  test('are found by rank', () => {
    expect([0, 1, 2, 3].map((rank) => pixelOfRank(middle, rank))).toEqual([5, 6, 9, 10]);
    expect(() => pixelOfRank(middle, 4)).toThrow(RangeError);
  });

  test('are set or not', () => {
    expect(Array.from({ length: 12 }, (_, index) => Number(maskHasPixel(middle, index)))).toEqual([
      ...maskToBitmap(middle),
    ]);
  });
});

test('the run builder joins touching runs and drops empty ones', () => {
  const builder = new RunBuilder();
  builder.add(1, 3);
  builder.add(3, 3);
  builder.add(3, 5);
  builder.add(7, 8);
  expect([...builder.finish()]).toEqual([1, 5, 7, 8]);
});

test('the run builder grows', () => {
  const builder = new RunBuilder();
  for (let i = 0; i < 1000; i++) builder.add(3 * i, 3 * i + 1);
  expect(builder.finish()).toHaveLength(2000);
});

test('subtracting leaves what the others do not have', () => {
  expect(showMask(subtract(corner, middle))).toEqual(['##..', '#...', '....']);
  expect(subtract(corner)).toBe(corner);
  expect(subtract(corner, corner).areaPx).toBe(0);
});
