import { describe, expect, test } from '@jest/globals';
import { type Mask, maskFromBitmap, maskIou } from '../../../../src/core/mask.js';
import { outlineSpeck } from '../../../../src/sam/specks/outline-speck.js';
import { greyImage } from '../../../support/grey-image.js';

const side = 120;
const disc = (radius: number, scale = 1): Mask =>
  maskFromBitmap(
    side * scale,
    side * scale,
    greyImage(side * scale, side * scale, (x, y) =>
      Number(Math.hypot(x - 60 * scale, y - 50 * scale) <= radius * scale),
    ).grey,
  );
const image = (radius: number, contrast: number) =>
  greyImage(side, side, (x, y) => 0.5 + contrast / (1 + Math.exp(Math.hypot(x - 60, y - 50) - radius)));
const speck = (radius: number, contrast: number) => ({ x: 60, y: 50, radius, contrast, clearness: 9, rareness: 9 });

describe('outlineSpeck', () => {
  test.each([
    [8, 0.3],
    [8, -0.3],
    [14, 0.1],
  ])('a soft disc of radius %d and contrast %d', (radius, contrast) => {
    const mask = outlineSpeck(image(radius, contrast), speck(radius, contrast), { width: side, height: side });
    expect(maskIou(mask as Mask, disc(radius))).toBeGreaterThan(0.85);
  });

  test('in pixels of a larger field', () => {
    const mask = outlineSpeck(image(10, 0.3), speck(10, 0.3), { width: 2 * side, height: 2 * side });
    expect(maskIou(mask as Mask, disc(10, 2))).toBeGreaterThan(0.85);
  });

  test('what goes on beyond the speck is none: a stripe, an edge', () => {
    const size = { width: side, height: side };
    const stripe = greyImage(side, side, (_, y) => Number(Math.abs(y - 50) <= 6));
    const edge = greyImage(side, side, (x) => Number(x > 55));
    expect(outlineSpeck(stripe, speck(6, 0.5), size)).toBeUndefined();
    expect(outlineSpeck(edge, speck(8, 0.5), size)).toBeUndefined();
  });

  test('a neighbour that does not touch stays out', () => {
    const two = greyImage(side, side, (x, y) =>
      Number(Math.hypot(x - 60, y - 50) <= 8 || Math.hypot(x - 79, y - 50) <= 8),
    );
    const mask = outlineSpeck(two, speck(8, 0.8), { width: side, height: side });
    expect(maskIou(mask as Mask, disc(8))).toBeGreaterThan(0.8);
  });
});
