import { describe, expect, test } from '@jest/globals';
import type { Evidence, LikenessWeights, MaskTexture } from '../../../src/booster/material-likeness.js';
import { evidenceOf, materialLikeness } from '../../../src/booster/material-likeness.js';
import { likenessBy, noEvidence } from '../../support/crop-likeness.js';

const nothing: MaskTexture = { crop: null, token: null, spectrum: null };
const [crop, token, spectrum] = [
  [1, 0],
  [0, 1],
  [-3, -4],
];

describe('what is known of both masks decides', () => {
  const bias = (value: number) => ({ ...noEvidence, bias: value });
  /** Every regression answers with a number of its own. */
  const weights: LikenessWeights = {
    tokens: bias(1),
    crops: bias(2),
    cropsAndSpectra: bias(3),
    cropsAndTokens: bias(4),
    all: bias(5),
  };
  const likeness = (a: MaskTexture, b: MaskTexture = a) => materialLikeness(a, b, weights);

  test('all that there is', () => {
    expect(likeness({ crop, token, spectrum })).toBe(5);
    expect(likeness({ crop, token, spectrum: null }, { crop, token, spectrum })).toBe(4);
  });

  test('tokens alone where there are no crops', () => {
    expect(likeness({ ...nothing, token, spectrum })).toBe(1);
    expect(likeness({ ...nothing, token }, { crop, token, spectrum })).toBe(1);
  });

  test('crops, with spectra or without, where there are no tokens', () => {
    expect(likeness({ ...nothing, crop, spectrum }, { crop, token, spectrum })).toBe(3);
    expect(likeness({ ...nothing, crop })).toBe(2);
  });

  test('of masks of which nothing is known nobody can tell', () => {
    expect(likeness({ ...nothing, spectrum })).toBe(0);
  });

  test('each piece of evidence counts by its weight', () => {
    const by = likenessBy({ bias: 0.5, cropCosine: 2, tokenCosine: 3 });
    const other = { crop: [0, 1], token, spectrum };
    expect(materialLikeness({ crop, token, spectrum }, other, by)).toBeCloseTo(0.5 + 3);
  });
});

describe('evidence', () => {
  const tokens = (a: readonly number[], b: readonly number[]) =>
    evidenceOf({ ...nothing, token: a }, { ...nothing, token: b });
  const spectra = (a: readonly number[], b: readonly number[]) =>
    evidenceOf({ ...nothing, spectrum: a }, { ...nothing, spectrum: b }).spectrum;

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

  test('is the mean squared difference of the spectra, on a logarithmic scale', () => {
    expect(spectra([-1, -5], [-1, -7])).toBeCloseTo(Math.log(2 + 0.02));
    expect(spectra(spectrum, spectrum)).toBeCloseTo(Math.log(0.02));
  });

  test('of equal and of empty means is made of numbers', () => {
    const of = ({ tokenCosine, tokenDistance }: Evidence) => [tokenCosine, tokenDistance];
    const all = [...of(tokens(token, token)), ...of(tokens([0, 0], [0, 0])), spectra([], [])];
    expect(all.every(Number.isFinite)).toBe(true);
  });
});
