import { describe, expect, test } from '@jest/globals';
import { maskFromBox } from '../../../src/core/mask.js';
import { doubtfulPoints } from '../../../src/sam/doubtful-points.js';
import { gridPoints } from '../../../src/sam/prompt-schedule.js';
import { tokenGrid } from '../../support/token-grid.js';

const side = 128;
const points = gridPoints(8, side, side);
const whole = maskFromBox(side, side, { x: 0, y: 0, width: side, height: side });
const right = maskFromBox(side, side, { x: 88, y: 0, width: 40, height: side });
const tokens = tokenGrid(side, 8, (x) => (x < 88 ? [1, 0] : [0, 1]));

describe('points on which masks throw doubt', () => {
  test('are those first whose texture is not that of the mask around them', () => {
    const chosen = doubtfulPoints(points, [whole], tokens, 3);
    expect(chosen).toHaveLength(3);
    for (const { x } of chosen) expect(x).toBeGreaterThanOrEqual(88);
  });

  test('are explained by any mask that shows their texture, by a small one better', () => {
    for (const { x } of doubtfulPoints(points, [whole, right], tokens, 3)) expect(x).toBeLessThan(88);
  });

  test('lie apart', () => {
    const chosen = doubtfulPoints(points, [whole], tokens, 64);
    expect(chosen.length).toBeGreaterThan(8);
    for (const a of chosen) {
      const near = chosen.filter((b) => Math.abs(a.row - b.row) + Math.abs(a.column - b.column) < 3);
      expect(near).toEqual([a]);
    }
  });
});

test('a mask that holds no cell of the tokens explains nothing', () => {
  const speck = maskFromBox(side, side, { x: 0, y: 0, width: 1, height: 1 });
  expect(doubtfulPoints(points, [whole, speck], tokens, 3)).toEqual(doubtfulPoints(points, [whole], tokens, 3));
});
