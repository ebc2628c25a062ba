import { describe, expect, test } from '@jest/globals';
import { textureJudge } from '../../../src/booster/texture-judge.js';
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
  leastOfOneTexture: 0.5,
  leastOfOneMaterial: 0.2,
  uncovered: { leastShare: 0.01, leastWidthShare: 0.03 },
};

describe('a mask is of one texture', () => {
  const isOneTexture = textureJudge(tokens, options)?.isOneTexture;

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

test('a particle shows another material than what holds it, an atom does not', () => {
  const isOther = textureJudge(tokens, options)?.isOtherMaterial;
  const speck = (x: number) => maskFromBox(side, side, { x, y: 40, width: 16, height: 16 });
  expect(isOther?.(speck(104), columns(0, 128))).toBe(false);
  expect(isOther?.(speck(104), columns(0, 96))).toBe(true);
  expect(isOther?.(speck(40), columns(0, 128))).toBe(false);
});

test('nobody can tell without tokens', () => {
  expect(textureJudge(null, options)).toBeNull();
});
