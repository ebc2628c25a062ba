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
      crops: { bias: -0.652, cosine: 2.784, distance: -0.995 },
      tokens: { bias: -0.86, cosine: 2.728, distance: -0.737 },
      both: { crops: { cosine: 0, distance: -0.535 }, tokens: { bias: -0.603, cosine: 2.783, distance: -0.353 } },
    },
    leastLikeness: -1.15,
  },
  confidence: [
    [0.494, 0.518],
    [0.6, 0.688],
    [0.648, 0.787],
    [0.729, 0.816],
    [0.809, 0.84],
    [0.869, 0.95],
    [0.95, 0.96],
    [0.991, 0.975],
  ],
};
