import { dot } from '../core/vectors.js';

/** The texture of a mask by the means of its unit vectors. The shorter a mean, the more they differ among themselves. */
export interface MaskTexture {
  /** Mean embedding of the mask's crops; null where nobody looked at crops. */
  readonly crop: readonly number[] | null;
  /** Mean of the image encoder's tokens over the mask's cells; null where it gives none. */
  readonly token: readonly number[] | null;
}

/** What one kind of vectors adds to the logarithm of the odds that two masks show one material. */
export interface EvidenceWeights {
  readonly bias: number;
  /** Per unit of the cosine between both means. */
  readonly cosine: number;
  /** Per unit of the logarithm of the distance between both means, measured in the spread of the vectors around them. */
  readonly distance: number;
}

/** Logistic regressions over pairs of masks of known truth, as `npm run calibrate` fits them on simulations of the validation range. */
export interface LikenessWeights {
  readonly crops: EvidenceWeights;
  readonly tokens: EvidenceWeights;
  /** Where both kinds are at hand, fitted together; the bias is the tokens'. */
  readonly both: { readonly crops: Omit<EvidenceWeights, 'bias'>; readonly tokens: EvidenceWeights };
}

/** Below this variance all vectors count as equally scattered: a handful of equal ones proves little. */
const leastVariance = 0.02;
/** Keeps the logarithm of a distance of 0 finite. */
const leastDistance = 0.01;

/** What is compared between two masks. */
export interface Evidence {
  readonly cosine: number;
  readonly distance: number;
}

/** Compares two means of unit vectors. A mean's squared length is 1 − the variance of its vectors. */
export function evidenceOf(a: readonly number[], b: readonly number[]): Evidence {
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
  const spread = Math.max(leastVariance, 1 - aa) + Math.max(leastVariance, 1 - bb);
  return {
    cosine: ab / (Math.sqrt(aa * bb) || 1),
    distance: Math.log((aa + bb - 2 * ab) / spread + leastDistance),
  };
}

/** Logarithm of the odds that two masks show one material: above 0, they rather do. */
export function materialLikeness(a: MaskTexture, b: MaskTexture, weights: LikenessWeights): number {
  const crops = a.crop !== null && b.crop !== null ? evidenceOf(a.crop, b.crop) : null;
  const tokens = a.token !== null && b.token !== null ? evidenceOf(a.token, b.token) : null;
  const weigh = (evidence: Evidence, by: Omit<EvidenceWeights, 'bias'>): number =>
    by.cosine * evidence.cosine + by.distance * evidence.distance;
  if (crops !== null && tokens !== null) {
    return weights.both.tokens.bias + weigh(crops, weights.both.crops) + weigh(tokens, weights.both.tokens);
  }
  if (tokens !== null) return weights.tokens.bias + weigh(tokens, weights.tokens);
  return crops === null ? 0 : weights.crops.bias + weigh(crops, weights.crops);
}
