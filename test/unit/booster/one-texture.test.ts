import { describe, expect, test } from '@jest/globals';
import { oneTextureBy } from '../../../src/booster/one-texture.js';
import { maskFromBox } from '../../../src/core/mask.js';
import { likenessBy, noEvidence } from '../../support/crop-likeness.js';
import { tokenGrid } from '../../support/token-grid.js';

const side = 128;
const columns = (from: number, to: number) =>
  maskFromBox(side, side, { x: from, y: 0, width: to - from, height: side });
// The texture changes at x = 96; likeness is the cosine of the mean tokens.
const tokens = tokenGrid(side, 8, (x) => (x < 96 ? [1, 0] : [0, 1]));
const options = {
  likeness: { ...likenessBy({}), tokens: { ...noEvidence, tokenCosine: 1 } },
  least: 0.5,
  uncovered: { leastShare: 0.01, leastWidthShare: 0.03 },
};

describe('a mask is of one texture', () => {
  const isOneTexture = oneTextureBy(tokens, options);

  test('where its children are alike and cover it', () => {
    expect(isOneTexture?.(columns(0, 96), [columns(0, 48), columns(48, 96)])).toBe(true);
    expect(isOneTexture?.(columns(0, 128), [columns(0, 96), columns(96, 128)])).toBe(false);
  });

  test('unless what they leave of it is of another texture', () => {
    expect(isOneTexture?.(columns(0, 128), [columns(0, 96)])).toBe(false);
    expect(isOneTexture?.(columns(0, 96), [columns(0, 72)])).toBe(true);
  });

  test('whatever a seam along its edge shows', () => {
    expect(isOneTexture?.(columns(0, 98), [columns(0, 96)])).toBe(true);
  });
});

test('nobody can tell without tokens', () => {
  expect(oneTextureBy(null, options)).toBeNull();
});
