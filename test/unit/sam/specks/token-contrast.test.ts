import { expect, test } from '@jest/globals';
import { tokenContrast } from '../../../../src/sam/specks/token-contrast.js';
import { tokenGrid } from '../../../support/token-grid.js';

const disc = { x: 64, y: 64, radius: 12 };

test('nothing in common with the surroundings: 1; the same texture: 0', () => {
  const particle = tokenGrid(128, 8, (x, y) => (Math.hypot(x - 64, y - 64) < 16 ? [1, 0] : [0, 1]));
  expect(tokenContrast(particle, disc)).toBeCloseTo(1, 5);
  expect(tokenContrast(tokenGrid(128, 8, () => [0.6, 0.8]), disc)).toBeCloseTo(0, 5); // prettier-ignore
});

test('without cells around it nobody can tell', () => {
  expect(tokenContrast(tokenGrid(16, 8, () => [1, 0]), { x: 8, y: 8, radius: 40 })).toBe(0); // prettier-ignore
});
