import { dot } from '../core/vectors.js';
import { compareTraits, type LookEvidence } from './compare-traits.js';
import type { PlacedTraits } from './traits.js';

/** The texture of a mask by the means of what describes it. The shorter a mean of unit vectors, the more they differ among themselves. */
export interface MaskTexture {
  /** Mean embedding of the mask's crops; null where nobody looked at crops. */
  readonly crop: readonly number[] | null;
  /** Mean of the image encoder's tokens over the mask's cells; null where it gives none. */
  readonly token: readonly number[] | null;
  /** What it looks like at some places, computed and not learned; null where nobody looked. */
  readonly traits: readonly PlacedTraits[] | null;
}

/** What is compared between two masks; 0 where nothing is known. Distances are logarithms. */
export interface Evidence {
  /** Cosine between the means of their crops. */
  readonly cropCosine: number;
  /** Distance between these means, measured in the spread of the vectors around them. */
  readonly cropDistance: number;
  /** The same of their tokens. */
  readonly tokenCosine: number;
  readonly tokenDistance: number;
}

/** What each unit of the evidence adds to the logarithm of the odds that two masks show one material. */
export interface EvidenceWeights extends Evidence {
  readonly bias: number;
}

/** By what two masks may be compared: what is known of both. */
export type EvidenceKind = 'tokens' | 'crops' | 'cropsAndTokens';

/** What each unit of what masks look like adds to the same, beside what the encoders say of them. */
export interface LookWeights extends LookEvidence {
  readonly bias: number;
  /** Of what the encoders say, between −{@link mostSaid} and {@link mostSaid}. */
  readonly encoders: number;
}

/**
 * A logistic regression over pairs of masks of known truth for each kind, as `npm run calibrate` fits them on simulations of the validation
 * range; and one for the answer of these together with what masks look like, fitted on labelled micrographs, too.
 */
export interface LikenessWeights extends Readonly<Record<EvidenceKind, EvidenceWeights>> {
  /** Unset: what the encoders say is all. */
  readonly looks?: LookWeights | undefined;
}

/** Encoders that were trained on simulations are surer than they have reason to be of what they never saw. */
const mostSaid = 3;

/** Below this variance all vectors count as equally scattered: a handful of equal ones proves little. */
const leastVariance = 0.02;
/** Keeps the logarithm of a distance of 0 finite. */
const leastDistance = 0.01;

/** Compares two masks by all that is known of both. */
export function evidenceOf(a: MaskTexture, b: MaskTexture): Evidence {
  const [crops, tokens] = [compareMeans(a.crop, b.crop), compareMeans(a.token, b.token)];
  return {
    cropCosine: crops?.cosine ?? 0,
    cropDistance: crops?.distance ?? 0,
    tokenCosine: tokens?.cosine ?? 0,
    tokenDistance: tokens?.distance ?? 0,
  };
}

/** Compares two means of unit vectors. A mean's squared length is 1 − the variance of its vectors. */
function compareMeans(a: Mean, b: Mean): { readonly cosine: number; readonly distance: number } | null {
  if (a === null || b === null) return null;
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
  const spread = Math.max(leastVariance, 1 - aa) + Math.max(leastVariance, 1 - bb);
  return {
    cosine: ab / (Math.sqrt(aa * bb) || 1),
    distance: Math.log((aa + bb - 2 * ab) / spread + leastDistance),
  };
}

type Mean = readonly number[] | null;

/** By what two masks can be compared; null where nothing is known. */
export function kindOfEvidence(a: MaskTexture, b: MaskTexture): EvidenceKind | null {
  const both = (part: 'crop' | 'token'): boolean => a[part] !== null && b[part] !== null;
  if (both('crop')) return both('token') ? 'cropsAndTokens' : 'crops';
  return both('token') ? 'tokens' : null;
}

/** Logarithm of the odds that two masks show one material: above 0, they rather do. 0 of masks of which nothing is known. */
export function materialLikeness(a: MaskTexture, b: MaskTexture, weights: LikenessWeights): number {
  const said = encodersLikeness(a, b, weights);
  const looks = weights.looks && lookEvidence(a, b, said);
  return looks ? weightedSum(looks, weights.looks, lookNames) : said;
}

/** What the encoders alone say. */
export function encodersLikeness(a: MaskTexture, b: MaskTexture, weights: LikenessWeights): number {
  const kind = kindOfEvidence(a, b);
  return kind === null ? 0 : weightedSum(evidenceOf(a, b), weights[kind], evidenceNames);
}

/** What masks look like beside what the encoders say; null where nobody looked at one of them. */
export function lookEvidence(a: MaskTexture, b: MaskTexture, said: number): Omit<LookWeights, 'bias'> | null {
  const compared = a.traits && b.traits && compareTraits(a.traits, b.traits);
  return compared && { ...compared, encoders: Math.min(mostSaid, Math.max(-mostSaid, said)) };
}

function weightedSum<Name extends string>(
  evidence: Readonly<Record<Name, number>>,
  weights: Readonly<Record<Name, number>> & { readonly bias: number },
  names: readonly Name[],
): number {
  return names.reduce((sum, name) => sum + weights[name] * evidence[name], weights.bias);
}

const evidenceNames = ['cropCosine', 'cropDistance', 'tokenCosine', 'tokenDistance'] as const;
/** What {@link LookWeights} weigh. */
export const lookNames = ['encoders', 'contrast', 'pattern'] as const;
