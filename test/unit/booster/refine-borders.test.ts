import { describe, expect, test } from '@jest/globals';
import { type BorderOptions, refineBorders } from '../../../src/booster/refine-borders.js';
import type { LabelMap } from '../../../src/core/label-map.js';
import { type Mask, maskFromBox } from '../../../src/core/mask.js';
import type { TextureTokens } from '../../../src/core/token-grid.js';
import { tokenGrid } from '../../support/token-grid.js';

const side = 64;
const mapOf = (labelAt: (x: number, y: number) => number): LabelMap => ({
  width: side,
  height: side,
  labels: Uint8Array.from({ length: side * side }, (_, pixel) => labelAt(pixel % side, Math.floor(pixel / side))),
});
// 8 × 8 pixels a token; the texture changes at x = 32.
const tokens = tokenGrid(side, 8, (x) => (x < 32 ? [1, 0] : [0, 1]));
const options = { reachCells: 1, lead: 0.2, leastSimilarity: 0.5, mostContested: 0.25, childShare: 0.9 };
const refine = (
  map: LabelMap,
  grid: TextureTokens,
  changed: Partial<BorderOptions> = {},
  score = 0.5,
  masks: readonly Mask[] = [],
): LabelMap =>
  refineBorders(
    map,
    [1, 2, 3].map((label, index) => ({
      label,
      score,
      members: masks.slice(index, index + 1).map((mask) => ({ mask })),
    })),
    grid,
    { ...options, ...changed },
  );

describe('borders move to where the texture changes', () => {
  test('within reach', () => {
    const refined = refine(
      mapOf((x) => (x < 28 ? 1 : 2)),
      tokens,
    );
    expect(refined).toEqual(mapOf((x) => (x < 32 ? 1 : 2)));
  });

  test('no further than their reach', () => {
    const refined = refine(
      mapOf((x) => (x < 12 ? 1 : 2)),
      tokens,
      { reachCells: 0.5 },
    );
    expect([...refined.labels.subarray(16, 64)]).toEqual([...mapOf(() => 2).labels.subarray(16, 64)]);
  });
});

test('the surer a material is, the clearer its texture must lose', () => {
  // Between x = 24 and 40 the texture is a little more like the right one.
  const blurred = tokenGrid(side, 8, (x) => (x < 24 ? [1, 0] : x < 40 ? [0.66, 0.75] : [0, 1]));
  const drawn = mapOf((x) => (x < 32 ? 1 : 2));
  const moved = (score: number): boolean => refine(drawn, blurred, {}, score).labels[28] === 2;
  expect(moved(0.1)).toBe(true);
  expect(moved(0.9)).toBe(false);
});

describe('a pixel that two masks claim', () => {
  const columns = (from: number, to: number): Mask =>
    maskFromBox(side, side, { x: from, y: 0, width: to - from, height: side });
  // The left mask has won the overlap, far beyond the reach of the border at x = 56.
  const won = mapOf((x) => (x < 56 ? 1 : 2));

  test('goes to the texture that it looks like, however sure the mask is that has won it', () => {
    const refined = refine(won, tokens, { mostContested: 0.5 }, 1, [columns(0, 56), columns(32, 64)]);
    expect([20, 28, 36, 44].map((x) => refined.labels[x])).toEqual([1, 1, 2, 2]);
  });

  test('stays where the overlap is too large to be a spill over the border', () => {
    const refined = refine(won, tokens, { mostContested: 0.25 }, 1, [columns(0, 56), columns(32, 64)]);
    expect(refined.labels[40]).toBe(1);
  });

  test('stays with a child that lies in its parent', () => {
    const child = mapOf((x, y) => (x >= 40 && x < 64 && y < 24 ? 1 : 2));
    const masks = [maskFromBox(side, side, { x: 40, y: 0, width: 24, height: 24 }), columns(0, 64)];
    expect(refine(child, tokens, { mostContested: 1 }, 1, masks).labels[52]).toBe(1);
  });
});

test('what no mask covers joins the material that it looks like', () => {
  const refined = refine(
    mapOf((x) => (x < 20 ? 1 : x < 44 ? 0 : 2)),
    tokens,
  );
  expect(refined).toEqual(mapOf((x) => (x < 32 ? 1 : 2)));
});

test('a texture of its own stays unsegmented', () => {
  const three = tokenGrid(side, 8, (x) => (x < 24 ? [1, 0, 0] : x < 40 ? [0, 0, 1] : [0, 1, 0]));
  const refined = refine(
    mapOf((x) => (x < 24 ? 1 : x < 40 ? 0 : 2)),
    three,
  );
  expect(refined.labels[32]).toBe(0);
});

test('a material smaller than a token keeps its pixels', () => {
  const speck = (x: number, y: number): boolean => x >= 9 && x < 11 && y >= 9 && y < 11;
  const refined = refine(
    mapOf((x, y) => (speck(x, y) ? 3 : x < 32 ? 1 : 2)),
    tokens,
  );
  expect(refined.labels[9 * side + 9]).toBe(3);
});

test('nothing painted stays nothing', () => {
  const empty = mapOf(() => 0);
  expect(refine(empty, tokens)).toEqual(empty);
});

test('no third material creeps in between two', () => {
  const mixed = tokenGrid(side, 8, (x) => (x < 24 ? [1, 0, 0] : x < 40 ? [0.6, 0.5, 0.6] : [0, 1, 0]));
  const third = (x: number, y: number): boolean => x >= 24 && x < 40 && y >= 40;
  const drawn = mapOf((x, y) => (third(x, y) ? 3 : x < 32 ? 1 : 2));
  const refined = refine(drawn, mixed);
  const above = refined.labels.subarray(0, 24 * side);
  expect(new Set(above)).toEqual(new Set([1, 2]));
});
