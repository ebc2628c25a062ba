import { expect, test } from '@jest/globals';
import { pieceRecall } from '../../../ablation/scores.js';
import { maskFromBox } from '../../../src/core/mask.js';

const box = (x: number, width: number) => maskFromBox(8, 4, { x, y: 0, width, height: 4 });
const nothing = maskFromBox(8, 4, { x: 0, y: 0, width: 0, height: 0 });

test('each true piece counts by its best mask, on known pixels only', () => {
  const pieces = [
    { mask: box(0, 4), material: 0 },
    { mask: box(4, 2), material: 1 },
  ];
  const masks = [box(0, 2), box(0, 5)];
  expect(pieceRecall(masks, { pieces, unknown: nothing })).toBeCloseTo((4 / 5 + 1 / 6) / 2);
  expect(pieceRecall([box(0, 8)], { pieces: [{ mask: box(0, 6), material: 0 }], unknown: box(6, 2) })).toBe(1);
  expect(pieceRecall([], { pieces, unknown: nothing })).toBe(0);
});
