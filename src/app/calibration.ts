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
      tokens: { bias: -1.472, cropCosine: 0, cropDistance: 0, tokenCosine: 4.011, tokenDistance: -0.571, spectrum: 0 },
      crops: { bias: -1.005, cropCosine: 2.474, cropDistance: -1.025, tokenCosine: 0, tokenDistance: 0, spectrum: 0 },
      cropsAndTokens: {
        bias: -0.764,
        cropCosine: 0,
        cropDistance: -0.084,
        tokenCosine: 3.928,
        tokenDistance: -0.774,
        spectrum: 0,
      },
      cropsAndSpectra: {
        bias: -0.693,
        cropCosine: 1.813,
        cropDistance: -0.978,
        tokenCosine: 0,
        tokenDistance: 0,
        spectrum: -0.317,
      },
      all: {
        bias: -0.796,
        cropCosine: 0,
        cropDistance: -0.08,
        tokenCosine: 3.932,
        tokenDistance: -0.758,
        spectrum: -0.029,
      },
    },
    leastLikeness: -1.25,
  },
  confidence: [
    [0.533, 0.503],
    [0.608, 0.748],
    [0.689, 0.788],
    [0.743, 0.826],
    [0.779, 0.904],
    [0.828, 0.908],
    [0.867, 0.916],
    [0.887, 0.923],
    [0.914, 0.932],
    [0.949, 0.935],
    [0.965, 0.947],
    [0.974, 0.959],
    [0.981, 0.967],
    [0.984, 0.982],
    [0.989, 0.986],
    [0.995, 0.994],
    [0.999, 0.999],
    [0.999, 1],
    [1, 1],
  ],
};
