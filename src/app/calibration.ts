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
      tokens: { bias: -1.433, cropCosine: 0, cropDistance: 0, tokenCosine: 3.982, tokenDistance: -0.564, spectrum: 0 },
      crops: { bias: -1.558, cropCosine: 3.305, cropDistance: -1.049, tokenCosine: 0, tokenDistance: 0, spectrum: 0 },
      cropsAndTokens: {
        bias: -0.608,
        cropCosine: 0,
        cropDistance: -0.197,
        tokenCosine: 3.838,
        tokenDistance: -0.689,
        spectrum: 0,
      },
      cropsAndSpectra: {
        bias: -1.549,
        cropCosine: 3.283,
        cropDistance: -1.047,
        tokenCosine: 0,
        tokenDistance: 0,
        spectrum: -0.011,
      },
      all: {
        bias: -0.567,
        cropCosine: 0,
        cropDistance: -0.205,
        tokenCosine: 3.829,
        tokenDistance: -0.708,
        spectrum: 0.033,
      },
    },
    leastLikeness: -0.7,
  },
  confidence: [
    [0.544, 0.613],
    [0.679, 0.8],
    [0.763, 0.828],
    [0.788, 0.865],
    [0.815, 0.868],
    [0.88, 0.925],
    [0.942, 0.938],
    [0.97, 0.961],
    [0.975, 0.97],
    [0.982, 0.977],
    [0.989, 0.987],
    [0.995, 0.994],
    [0.999, 0.999],
    [0.999, 1],
    [1, 1],
  ],
};
