import { expect, test } from '@jest/globals';
import { intersectionArea, maskFromBox } from '../../../../src/core/mask.js';
import { withSpecks } from '../../../../src/sam/specks/with-specks.js';

const cropBox = { x: 0, y: 0, width: 40, height: 40 };
const proposal = (x: number, y: number, side: number, predictedIou = 0.9) => ({
  mask: maskFromBox(40, 40, { x, y, width: side, height: side }),
  predictedIou,
  stabilityScore: 1,
  point: null,
  cropBox,
});

test('a family is one mask, with what the first pass saw of it, and is taken from what surrounds it', () => {
  const [support, particle] = [proposal(0, 0, 40), proposal(4, 4, 5)];
  const family = [proposal(4, 4, 4, 0.6), proposal(20, 20, 4, 0.8)];
  const [found, around, ...others] = withSpecks([support, particle], [family]);
  expect(others).toEqual([]);
  expect(found?.mask.areaPx).toBe(25 + 16);
  expect(found?.predictedIou).toBeCloseTo(0.7);
  expect(around?.mask.areaPx).toBe(1600 - 41);
  expect(found && around && intersectionArea(found.mask, around.mask)).toBe(0);
});

test('without families the masks are those of the first pass', () => {
  const first = [proposal(0, 0, 40), proposal(4, 4, 5)];
  expect(withSpecks(first, [])).toEqual(first);
});
