import { expect, test } from '@jest/globals';
import { type KnownSplits, splitMixedMasks } from '../../../src/booster/split-mixed-masks.js';
import { intersectionArea, maskFromBox } from '../../../src/core/mask.js';
import { tokenGrid } from '../../support/token-grid.js';

const side = 128;
const whole = maskFromBox(side, side, { x: 0, y: 0, width: side, height: side });
const left = maskFromBox(side, side, { x: 0, y: 0, width: 64, height: side });
const right = maskFromBox(side, side, { x: 64, y: 0, width: 64, height: side });
const tokens = tokenGrid(side, 8, (x) => (x < 64 ? [1, 0] : [0, 1]));
const options = { mostSimilarity: 0.9, leastShare: 0.01, seed: 0, restarts: 3 };

test('a mask over two textures is cut where the texture changes', () => {
  const pieces = splitMixedMasks([whole], tokens, 2, options);
  expect(pieces.map(({ parent }) => parent)).toEqual([0, 0]);
  const masks = pieces.map(({ mask }) => mask).sort((a, b) => a.box.x - b.box.x);
  expect(masks).toEqual([left, right]);
});

test('the halves share no pixel and lose none', () => {
  const [first, second] = splitMixedMasks([whole], tokens, 2, options).map(({ mask }) => mask);
  expect(first && second && intersectionArea(first, second)).toBe(0);
  expect((first?.areaPx ?? 0) + (second?.areaPx ?? 0)).toBe(whole.areaPx);
});

test('a mask of one texture is never cut, however many are wanted', () => {
  expect(splitMixedMasks([left, right], tokens, 4, options)).toEqual([
    { mask: left, parent: 0 },
    { mask: right, parent: 1 },
  ]);
});

test('enough masks are left as they are', () => {
  expect(splitMixedMasks([whole, left], tokens, 2, options).map(({ mask }) => mask)).toEqual([whole, left]);
});

test('a half that is too small to matter is no material', () => {
  const speck = tokenGrid(side, 8, (x, y) => (x < 24 && y < 24 ? [1, 0] : [0, 1]));
  expect(splitMixedMasks([whole], speck, 2, { ...options, leastShare: 0.2 })).toHaveLength(1);
});

test('atoms far apart are a pattern in one texture, no material of their own', () => {
  const isAtom = (x: number, y: number): boolean => x % 48 < 24 && y % 48 < 24;
  const atoms = tokenGrid(side, 8, (x, y) => (isAtom(x, y) ? [1, 0] : [0, 1]));
  expect(splitMixedMasks([whole], atoms, 2, options)).toHaveLength(1);
});

test('how a mask is cut is found out once, and remembered where the same masks come again', () => {
  const known: KnownSplits & Map<object, unknown> = new Map();
  const cut = () => splitMixedMasks([whole], tokens, 3, options, known);
  const first = cut();
  const looked = [...known.values()];
  expect(looked).toHaveLength(3);
  expect(cut().map(({ mask }) => mask)).toEqual(first.map(({ mask }) => mask));
  expect([...known.values()].every((split, index) => split === looked[index])).toBe(true);
  expect(first).toEqual(splitMixedMasks([whole], tokens, 3, options));
});
