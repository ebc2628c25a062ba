import type { ConfidenceCurve } from '../booster/confidence.js';
import type { LikenessWeights } from '../booster/material-likeness.js';

/** What hangs on the weights of the embedded models. Written by `npm run calibrate` (ablation/calibrate.ts); do not edit. */
interface Calibration {
  readonly merging: { readonly likeness: LikenessWeights; readonly leastLikeness: number };
  readonly confidence: ConfidenceCurve;
}

export const calibration: Calibration = {
  merging: {
    likeness: {
      tokens: { bias: -1.438, cropCosine: 0, cropDistance: 0, tokenCosine: 3.986, tokenDistance: -0.564, spectrum: 0 },
      crops: { bias: -1.04, cropCosine: 2.536, cropDistance: -1.003, tokenCosine: 0, tokenDistance: 0, spectrum: 0 },
      cropsAndTokens: {
        bias: -0.684,
        cropCosine: 0,
        cropDistance: -0.042,
        tokenCosine: 3.864,
        tokenDistance: -0.803,
        spectrum: 0,
      },
      cropsAndSpectra: {
        bias: -0.706,
        cropCosine: 1.87,
        cropDistance: -0.961,
        tokenCosine: 0,
        tokenDistance: 0,
        spectrum: -0.306,
      },
      all: {
        bias: -0.677,
        cropCosine: 0,
        cropDistance: -0.043,
        tokenCosine: 3.862,
        tokenDistance: -0.807,
        spectrum: 0.005,
      },
    },
    leastLikeness: -0.45,
  },
  confidence: [
    [0.51, 0.497],
    [0.591, 0.733],
    [0.695, 0.771],
    [0.797, 0.844],
    [0.827, 0.87],
    [0.882, 0.923],
    [0.928, 0.938],
    [0.955, 0.94],
    [0.967, 0.966],
    [0.971, 0.97],
    [0.975, 0.971],
    [0.976, 0.971],
    [0.981, 0.973],
    [0.985, 0.976],
    [0.989, 0.987],
    [0.995, 0.993],
    [0.999, 0.999],
    [0.999, 1],
    [1, 1],
  ],
};
