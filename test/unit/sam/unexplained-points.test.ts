import { describe, expect, test } from '@jest/globals';
import { maskFromBox } from '../../../src/core/mask.js';
import { unexplainedPoints } from '../../../src/sam/unexplained-points.js';
import { tokenGrid } from '../../support/token-grid.js';

const side = 128;
const image = { width: side, height: side };
const whole = maskFromBox(side, side, { x: 0, y: 0, width: side, height: side });
const left = maskFromBox(side, side, { x: 0, y: 0, width: 64, height: side });
const isParticle = (x: number, y: number): boolean => x >= 16 && x < 56 && y >= 80 && y < 120;
const particle = tokenGrid(side, 8, (x, y) => (isParticle(x, y) ? [0, 1] : [1, 0]));
const plain = tokenGrid(side, 8, () => [1, 0]);
const options = { leastSimilarity: 0.4, most: 10 };

describe('a point is asked for', () => {
  test('in the middle of a region whose texture is not that of the mask around it', () => {
    expect(unexplainedPoints(image, [whole], particle, options)).toEqual([{ x: 36, y: 100 }]);
  });

  test('where no mask is', () => {
    const [point, ...others] = unexplainedPoints(image, [left], plain, options);
    expect(others).toEqual([]);
    expect(point?.x).toBeGreaterThan(80);
  });

  test('once where there is no mask at all', () => {
    const [point, ...others] = unexplainedPoints(image, [], plain, options);
    expect(others).toEqual([]);
    expect(point?.x).toBeGreaterThan(0);
    expect(point?.y).toBeLessThan(side);
  });

  test('in the largest regions first, and in no more than wanted', () => {
    const points = unexplainedPoints(image, [left], particle, { ...options, most: 1 });
    expect(points).toHaveLength(1);
    expect(points[0]?.x).toBeGreaterThan(64);
  });
});

describe('a region too narrow to have an inside', () => {
  test('is asked for at its most typical place', () => {
    const strip = tokenGrid(side, 8, (x, y) => (x < 64 || x >= 80 ? [1, 0] : y < 32 ? [-0.6, 0.8] : [0, 1]));
    const [point, ...others] = unexplainedPoints(image, [whole], strip, { ...options, leastSimilarity: 0.6 });
    expect(others).toEqual([]);
    expect(point?.x).toBeGreaterThanOrEqual(64);
    expect(point?.x).toBeLessThan(80);
    expect(point?.y).toBeGreaterThanOrEqual(32);
  });

  test('is noise where it is a single cell', () => {
    const cell = tokenGrid(side, 8, (x, y) => (x >= 64 && x < 72 && y >= 64 && y < 72 ? [0, 1] : [1, 0]));
    expect(unexplainedPoints(image, [whole], cell, options)).toEqual([]);
  });
});

test('what its own mask explains needs no point', () => {
  const own = maskFromBox(side, side, { x: 16, y: 80, width: 40, height: 40 });
  expect(unexplainedPoints(image, [whole, own], particle, options)).toEqual([]);
});
