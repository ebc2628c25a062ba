import { describe, expect, test } from '@jest/globals';
import { refineBorders } from '../../../src/booster/refine-borders.js';
import type { LabelMap } from '../../../src/core/label-map.js';
import { tokenGrid } from '../../support/token-grid.js';

const side = 64;
const mapOf = (labelAt: (x: number, y: number) => number): LabelMap => ({
  width: side,
  height: side,
  labels: Uint8Array.from({ length: side * side }, (_, pixel) => labelAt(pixel % side, Math.floor(pixel / side))),
});
// 8 × 8 pixels a token; the texture changes at x = 32.
const tokens = tokenGrid(side, 8, (x) => (x < 32 ? [1, 0] : [0, 1]));
const options = { reachCells: 1, leastSimilarity: 0.5 };

describe('borders move to where the texture changes', () => {
  test('within reach', () => {
    const refined = refineBorders(
      mapOf((x) => (x < 28 ? 1 : 2)),
      tokens,
      options,
    );
    expect(refined).toEqual(mapOf((x) => (x < 32 ? 1 : 2)));
  });

  test('no further than their reach', () => {
    const refined = refineBorders(
      mapOf((x) => (x < 12 ? 1 : 2)),
      tokens,
      { ...options, reachCells: 0.5 },
    );
    expect([...refined.labels.subarray(16, 64)]).toEqual([...mapOf(() => 2).labels.subarray(16, 64)]);
  });
});

test('what no mask covers joins the material that it looks like', () => {
  const refined = refineBorders(
    mapOf((x) => (x < 20 ? 1 : x < 44 ? 0 : 2)),
    tokens,
    options,
  );
  expect(refined).toEqual(mapOf((x) => (x < 32 ? 1 : 2)));
});

test('a texture of its own stays unsegmented', () => {
  const three = tokenGrid(side, 8, (x) => (x < 24 ? [1, 0, 0] : x < 40 ? [0, 0, 1] : [0, 1, 0]));
  const refined = refineBorders(
    mapOf((x) => (x < 24 ? 1 : x < 40 ? 0 : 2)),
    three,
    options,
  );
  expect(refined.labels[32]).toBe(0);
});

test('a material smaller than a token keeps its pixels', () => {
  const speck = (x: number, y: number): boolean => x >= 9 && x < 11 && y >= 9 && y < 11;
  const refined = refineBorders(
    mapOf((x, y) => (speck(x, y) ? 3 : x < 32 ? 1 : 2)),
    tokens,
    options,
  );
  expect(refined.labels[9 * side + 9]).toBe(3);
});

test('nothing painted stays nothing', () => {
  const empty = mapOf(() => 0);
  expect(refineBorders(empty, tokens, options)).toEqual(empty);
});

test('no third material creeps in between two', () => {
  const mixed = tokenGrid(side, 8, (x) => (x < 24 ? [1, 0, 0] : x < 40 ? [0.6, 0.5, 0.6] : [0, 1, 0]));
  const third = (x: number, y: number): boolean => x >= 24 && x < 40 && y >= 40;
  const drawn = mapOf((x, y) => (third(x, y) ? 3 : x < 32 ? 1 : 2));
  const refined = refineBorders(drawn, mixed, options);
  const above = refined.labels.subarray(0, 24 * side);
  expect(new Set(above)).toEqual(new Set([1, 2]));
});
