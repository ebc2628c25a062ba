import type { ConfidenceCurve } from '../booster/confidence.js';
import type { LikenessWeights } from '../booster/material-likeness.js';

/** What hangs on the weights of the embedded models. Written by `npm run calibrate`; do not edit. */
interface Calibration {
  readonly merging: { readonly likeness: LikenessWeights; readonly leastLikeness: number };
  readonly confidence: ConfidenceCurve;
}

export const calibration: Calibration = {
  merging: {
    likeness: {
      crops: { bias: -0.6, cosine: 2.8, distance: -1.1 },
      tokens: { bias: -1, cosine: 2.44, distance: -0.69 },
      both: { crops: { cosine: 0, distance: -0.85 }, tokens: { bias: -0.56, cosine: 2.72, distance: -0.23 } },
    },
    leastLikeness: -0.5,
  },
  confidence: [],
};
