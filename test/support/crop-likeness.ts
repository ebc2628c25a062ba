import type { EvidenceWeights, LikenessWeights } from '../../src/booster/material-likeness.js';

/** Evidence that says nothing. */
export const noEvidence: EvidenceWeights = {
  bias: 0,
  cropCosine: 0,
  cropDistance: 0,
  tokenCosine: 0,
  tokenDistance: 0,
};

/** The same for all kinds of evidence. */
export function likenessBy(weights: Partial<EvidenceWeights>): LikenessWeights {
  const all = { ...noEvidence, ...weights };
  return { tokens: all, crops: all, cropsAndTokens: all };
}

/** Two masks show one material where the cosine of their mean crops, or mean tokens, is above `cosine`. */
export function cropLikeness(cosine: number): LikenessWeights {
  const byCrops = likenessBy({ bias: -10 * cosine, cropCosine: 10 });
  const byTokens = { ...noEvidence, bias: -10 * cosine, tokenCosine: 10 };
  return { ...byCrops, tokens: byTokens, cropsAndTokens: byTokens };
}
