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
      tokens: { bias: -1.621, cropCosine: 0, cropDistance: 0, tokenCosine: 4.141, tokenDistance: -0.505 },
      crops: { bias: -1.341, cropCosine: 3.115, cropDistance: -0.962, tokenCosine: 0, tokenDistance: 0 },
      cropsAndTokens: { bias: -0.768, cropCosine: 0, cropDistance: 0.05, tokenCosine: 3.826, tokenDistance: -0.867 },
      looks: { bias: 1.075, encoders: 0.85, contrast: -0.924, pattern: -2.414 },
    },
    leastLikeness: -0.2,
  },
  confidence: [
    [0.238, 0.494],
    [0.405, 0.712],
    [0.517, 0.765],
    [0.711, 0.83],
    [0.836, 0.898],
    [0.87, 0.946],
    [0.91, 0.969],
    [0.928, 0.984],
    [0.97, 0.991],
    [0.999, 0.999],
  ],
};
