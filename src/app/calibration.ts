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
      tokens: { bias: -1.337, cropCosine: 0, cropDistance: 0, tokenCosine: 3.925, tokenDistance: -0.604, spectrum: 0 },
      crops: { bias: -0.95, cropCosine: 2.646, cropDistance: -0.992, tokenCosine: 0, tokenDistance: 0, spectrum: 0 },
      cropsAndTokens: {
        bias: -0.617,
        cropCosine: 0,
        cropDistance: 0.066,
        tokenCosine: 3.651,
        tokenDistance: -0.948,
        spectrum: 0,
      },
      cropsAndSpectra: {
        bias: -0.556,
        cropCosine: 1.825,
        cropDistance: -0.951,
        tokenCosine: 0,
        tokenDistance: 0,
        spectrum: -0.382,
      },
      all: {
        bias: -0.723,
        cropCosine: 0,
        cropDistance: 0.074,
        tokenCosine: 3.622,
        tokenDistance: -0.904,
        spectrum: -0.109,
      },
    },
    leastLikeness: -0.25,
  },
  confidence: [
    [0.497, 0.599],
    [0.605, 0.66],
    [0.675, 0.742],
    [0.724, 0.797],
    [0.77, 0.862],
    [0.798, 0.896],
    [0.852, 0.924],
    [0.897, 0.931],
    [0.938, 0.938],
    [0.963, 0.964],
    [0.978, 0.983],
    [0.984, 0.991],
    [0.99, 0.993],
    [0.999, 1],
    [0.999, 1],
    [1, 1],
  ],
};
