import type { ConfidenceCurve } from '../booster/confidence.js';
import type { LikenessWeights } from '../booster/material-likeness.js';
import type { SeenTextures } from '../booster/seen-textures.js';

/** What hangs on the weights of the embedded models. Written by `npm run calibrate` (ablation/calibrate.ts); do not edit. */
interface Calibration {
  readonly merging: {
    readonly likeness: LikenessWeights;
    readonly leastLikeness: number;
    readonly seen?: SeenTextures | undefined;
  };
  readonly confidence: ConfidenceCurve;
}

/** The constants that npm run calibrate has chosen on the validation set; docs/ABLATION.md says what they are worth. */
export const calibration: Calibration = {
  merging: {
    likeness: {
      tokens: { bias: -1.621, cropCosine: 0, cropDistance: 0, tokenCosine: 4.141, tokenDistance: -0.505 },
      crops: { bias: -1.341, cropCosine: 3.115, cropDistance: -0.962, tokenCosine: 0, tokenDistance: 0 },
      cropsAndTokens: { bias: -0.768, cropCosine: 0, cropDistance: 0.05, tokenCosine: 3.826, tokenDistance: -0.867 },
      looks: { bias: 1.075, encoders: 0.85, contrast: -0.924, pattern: -2.414 },
    },
    leastLikeness: -0.2,
    seen: {
      mean: [1.652, 1.113, 1.401, 1.219, 1.027, 0.812, 0.593, 0.296, -0.206, -0.779, -1.304, -1.699, -1.989, -2.135],
      precision: [
        [5.151, 2.781, 2.359, 3.882, 3.767, 3.399, 3.711, 3.578, 3.504, 3.58, 3.557, 3.623, 3.302, 3.807],
        [2.781, 4.909, 2.97, 3.862, 3.242, 3.845, 3.392, 3.699, 3.552, 3.4, 3.494, 3.743, 3.838, 3.271],
        [2.359, 2.97, 6.845, 1.425, 4.473, 3.174, 3.788, 3.261, 3.937, 3.621, 3.463, 3.263, 3.702, 3.719],
        [3.882, 3.862, 1.425, 7.919, -0.351, 5.203, 2.825, 4.132, 3.279, 3.474, 3.636, 3.808, 3.043, 3.863],
        [3.767, 3.242, 4.473, -0.351, 9.18, 0.009, 5.043, 2.682, 3.996, 3.998, 3.497, 3.029, 4.151, 3.283],
        [3.399, 3.845, 3.174, 5.203, 0.009, 7.559, 1.261, 4.693, 2.861, 3.316, 3.944, 3.765, 3.529, 3.441],
        [3.711, 3.392, 3.788, 2.825, 5.043, 1.261, 6.085, 2.136, 3.921, 3.784, 2.943, 4.104, 3.297, 3.709],
        [3.578, 3.699, 3.261, 4.132, 2.682, 4.693, 2.136, 5.729, 2.322, 2.993, 4.131, 3.421, 3.707, 3.516],
        [3.504, 3.552, 3.937, 3.279, 3.996, 2.861, 3.921, 2.322, 6.639, 1.939, 2.563, 4.385, 3.694, 3.408],
        [3.58, 3.4, 3.621, 3.474, 3.998, 3.316, 3.784, 2.993, 1.939, 8.221, 1.35, 1.808, 5.315, 3.201],
        [3.557, 3.494, 3.463, 3.636, 3.497, 3.944, 2.943, 4.131, 2.563, 1.35, 11.74, -2.225, 3.079, 4.83],
        [3.623, 3.743, 3.263, 3.808, 3.029, 3.765, 4.104, 3.421, 4.385, 1.808, -2.225, 18.757, -6.649, 5.166],
        [3.302, 3.838, 3.702, 3.043, 4.151, 3.529, 3.297, 3.707, 3.694, 5.315, 3.079, -6.649, 21.697, -5.705],
        [3.807, 3.271, 3.719, 3.863, 3.283, 3.441, 3.709, 3.516, 3.408, 3.201, 4.83, 5.166, -5.705, 10.491],
      ],
      limit: 2.385,
    },
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
