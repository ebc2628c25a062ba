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
      tokens: { bias: -0.951, cropCosine: 0, cropDistance: 0, tokenCosine: 2.624, tokenDistance: -0.753, spectrum: 0 },
      crops: { bias: -0.915, cropCosine: 2.802, cropDistance: -1.005, tokenCosine: 0, tokenDistance: 0, spectrum: 0 },
      cropsAndTokens: {
        bias: 0.348,
        cropCosine: 0,
        cropDistance: -0.686,
        tokenCosine: 2.497,
        tokenDistance: -0.584,
        spectrum: 0,
      },
      cropsAndSpectra: {
        bias: -0.467,
        cropCosine: 1.876,
        cropDistance: -0.967,
        tokenCosine: 0,
        tokenDistance: 0,
        spectrum: -0.435,
      },
      all: {
        bias: 0.375,
        cropCosine: 0,
        cropDistance: -0.546,
        tokenCosine: 1.93,
        tokenDistance: -0.661,
        spectrum: -0.48,
      },
    },
    leastLikeness: -0.6,
  },
  confidence: [
    [0.467, 0.421],
    [0.55, 0.557],
    [0.587, 0.645],
    [0.71, 0.799],
    [0.835, 0.831],
    [0.875, 0.87],
    [0.903, 0.939],
    [0.963, 0.961],
    [0.992, 0.969],
  ],
};
