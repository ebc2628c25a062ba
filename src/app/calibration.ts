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
      tokens: { bias: -1.436, cropCosine: 0, cropDistance: 0, tokenCosine: 3.983, tokenDistance: -0.568, spectrum: 0 },
      crops: { bias: -1.033, cropCosine: 2.537, cropDistance: -1.012, tokenCosine: 0, tokenDistance: 0, spectrum: 0 },
      cropsAndTokens: {
        bias: -0.688,
        cropCosine: 0,
        cropDistance: -0.071,
        tokenCosine: 3.874,
        tokenDistance: -0.781,
        spectrum: 0,
      },
      cropsAndSpectra: {
        bias: -0.707,
        cropCosine: 1.884,
        cropDistance: -0.971,
        tokenCosine: 0,
        tokenDistance: 0,
        spectrum: -0.301,
      },
      all: {
        bias: -0.655,
        cropCosine: 0,
        cropDistance: -0.074,
        tokenCosine: 3.868,
        tokenDistance: -0.8,
        spectrum: 0.028,
      },
    },
    leastLikeness: -1.15,
  },
  confidence: [
    [0.498, 0.181],
    [0.561, 0.543],
    [0.631, 0.774],
    [0.704, 0.797],
    [0.785, 0.879],
    [0.813, 0.884],
    [0.838, 0.918],
    [0.856, 0.925],
    [0.894, 0.927],
    [0.923, 0.934],
    [0.949, 0.935],
    [0.969, 0.959],
    [0.981, 0.976],
    [0.989, 0.987],
    [0.995, 0.994],
    [0.998, 0.999],
    [0.999, 1],
    [1, 1],
  ],
};
