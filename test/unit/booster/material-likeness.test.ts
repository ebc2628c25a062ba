import { describe, expect, test } from '@jest/globals';
import {
  type Evidence,
  evidenceOf,
  type LikenessWeights,
  type MaskTexture,
  materialLikeness,
} from '../../../src/booster/material-likeness.js';
import { likenessBy, noEvidence } from '../../support/crop-likeness.js';

const nothing: MaskTexture = { crop: null, token: null, traits: null };
const [crop, token] = [
  [1, 0],
  [0, 1],
];

describe('what is known of both masks decides', () => {
  const bias = (value: number) => ({ ...noEvidence, bias: value });
  /** Every regression answers with a number of its own. */
  const weights: LikenessWeights = { tokens: bias(1), crops: bias(2), cropsAndTokens: bias(3) };
  const likeness = (a: MaskTexture, b: MaskTexture = a) => materialLikeness(a, b, weights);

  test('crops and tokens', () => {
    expect(likeness({ ...nothing, crop, token })).toBe(3);
  });

  test('tokens alone where there are no crops', () => {
    expect(likeness({ ...nothing, token })).toBe(1);
    expect(likeness({ ...nothing, token }, { ...nothing, crop, token })).toBe(1);
  });

  test('crops alone where there are no tokens', () => {
    expect(likeness({ ...nothing, crop }, { ...nothing, crop, token })).toBe(2);
  });

  test('of masks of which nothing is known nobody can tell', () => {
    expect(likeness(nothing, { ...nothing, crop, token })).toBe(0);
    expect(likeness({ ...nothing, crop }, { ...nothing, token })).toBe(0);
  });

  test('each piece of evidence counts by its weight', () => {
    const by = likenessBy({ bias: 0.5, cropCosine: 2, tokenCosine: 3 });
    const other = { ...nothing, crop: [0, 1], token };
    expect(materialLikeness({ ...nothing, crop, token }, other, by)).toBeCloseTo(0.5 + 3);
  });
});

describe('evidence', () => {
  const tokens = (a: readonly number[], b: readonly number[]) =>
    evidenceOf({ ...nothing, token: a }, { ...nothing, token: b });

  test('is the cosine of the means, and their distance in the spread of the vectors around them', () => {
    const { tokenCosine, tokenDistance } = tokens([0.6, 0], [0, 0.8]);
    expect(tokenCosine).toBe(0);
    expect(tokenDistance).toBeCloseTo(Math.log((0.36 + 0.64) / (1 - 0.36 + (1 - 0.64)) + 0.01));
  });

  test('is the same of crops as of tokens', () => {
    const { cropCosine, cropDistance } = evidenceOf({ ...nothing, crop: [0.6, 0] }, { ...nothing, crop: [0.3, 0.8] });
    const { tokenCosine, tokenDistance } = tokens([0.6, 0], [0.3, 0.8]);
    expect([cropCosine, cropDistance]).toEqual([tokenCosine, tokenDistance]);
  });

  test('of equal and of empty means is made of numbers', () => {
    const of = ({ tokenCosine, tokenDistance }: Evidence) => [tokenCosine, tokenDistance];
    const all = [...of(tokens(token, token)), ...of(tokens([0, 0], [0, 0]))];
    expect(all.every(Number.isFinite)).toBe(true);
  });
});

describe('what masks look like', () => {
  const grey = (value: number): MaskTexture => {
    return { crop, token, traits: [{ x: 0, y: 0, values: [1, value, 0, -1, -2] }] };
  };
  const looks = { bias: 0.25, encoders: 1, contrast: -1, pattern: -1 };
  const weights: LikenessWeights = { ...likenessBy({ bias: 9 }), looks };

  test('counts beside the encoders, which are heard up to a limit', () => {
    const alike = materialLikeness(grey(0.5), grey(0.5), weights);
    expect(alike).toBeCloseTo(0.25 + 3 - Math.log(0.1));
    expect(materialLikeness(grey(0.5), grey(0.9), weights)).toBeLessThan(alike - 3);
  });

  test('is left out where nobody looked, and where it weighs nothing', () => {
    expect(materialLikeness(grey(0.5), { crop, token, traits: null }, weights)).toBe(9);
    expect(materialLikeness(grey(0.5), grey(0.9), likenessBy({ bias: 9 }))).toBe(9);
  });
});
