import type { ConfidenceCurve } from '../booster/confidence.js';
import type { LikenessWeights } from '../booster/material-likeness.js';

/** What hangs on the weights of the embedded models. Written by `npm run calibrate` (ablation/calibrate.ts); do not edit. */
interface Calibration {
  readonly merging: { readonly likeness: LikenessWeights; readonly leastLikeness: number };
  readonly confidence: ConfidenceCurve;
}

/** The constants that npm run calibrate has chosen on the validation set; docs/ABLATION.md says what they are worth. */
export const calibration: Calibration = {
  merging: {
    likeness: {
      tokens: { bias: -1.435, cropCosine: 0, cropDistance: 0, tokenCosine: 3.983, tokenDistance: -0.564 },
      crops: { bias: -1.562, cropCosine: 3.308, cropDistance: -1.047, tokenCosine: 0, tokenDistance: 0 },
      cropsAndTokens: { bias: -0.611, cropCosine: 0, cropDistance: -0.193, tokenCosine: 3.835, tokenDistance: -0.692 },
    },
    leastLikeness: -0.8,
  },
  confidence: [
    [0.544, 0.613],
    [0.679, 0.8],
    [0.763, 0.828],
    [0.788, 0.865],
    [0.803, 0.896],
    [0.821, 0.897],
    [0.844, 0.926],
    [0.889, 0.93],
    [0.942, 0.938],
    [0.97, 0.961],
    [0.976, 0.972],
    [0.98, 0.976],
    [0.985, 0.977],
    [0.989, 0.987],
    [0.995, 0.994],
    [0.999, 0.999],
    [0.999, 1],
    [1, 1],
  ],
};
