import type { LikenessWeights } from '../../src/booster/material-likeness.js';

/** Two masks show one material where the cosine of their mean crops, or mean tokens, is above `cosine`. */
export function cropLikeness(cosine: number): LikenessWeights {
  const evidence = { bias: -10 * cosine, cosine: 10, distance: 0 };
  return { crops: evidence, tokens: evidence, both: { crops: { cosine: 0, distance: 0 }, tokens: evidence } };
}
