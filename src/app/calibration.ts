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
      crops: { bias: -0.297, cosine: 2.339, distance: -1.157 },
      tokens: { bias: -0.7, cosine: 2.205, distance: -0.837 },
      both: { crops: { cosine: 0, distance: -0.776 }, tokens: { bias: -0.345, cosine: 2.36, distance: -0.322 } },
    },
    leastLikeness: -0.25,
  },
  confidence: [
    [0.472, 0.47],
    [0.519, 0.639],
    [0.579, 0.686],
    [0.697, 0.773],
    [0.768, 0.807],
    [0.804, 0.807],
    [0.871, 0.894],
    [0.921, 0.915],
    [0.955, 0.939],
    [0.968, 0.963],
    [0.975, 0.981],
    [0.985, 0.984],
    [0.993, 0.988],
  ],
};
