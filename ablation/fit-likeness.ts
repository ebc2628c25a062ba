import {
  encodersLikeness,
  type Evidence,
  type EvidenceKind,
  evidenceOf,
  type EvidenceWeights,
  kindOfEvidence,
  type LikenessWeights,
  lookEvidence,
  lookNames,
  type LookWeights,
  type MaskTexture,
} from '../src/booster/material-likeness.js';
import { dot } from '../src/core/vectors.js';

/** Two masks of known truth, and what the pair counts. */
export interface KnownPair {
  readonly a: MaskTexture;
  readonly b: MaskTexture;
  readonly same: boolean;
  readonly weight: number;
}

/** Keeps coefficients finite where pairs are told apart without an error. */
const ridge = 1e-3;
const iterations = 50;
/** Newton's steps end where none is larger. */
const leastStep = 1e-6;

/** What counts, by kind. A crop's cosine adds nothing beside its distance and the tokens. */
const columns: Record<EvidenceKind, readonly (keyof Evidence)[]> = {
  tokens: ['tokenCosine', 'tokenDistance'],
  crops: ['cropCosine', 'cropDistance'],
  cropsAndTokens: ['cropDistance', 'tokenCosine', 'tokenDistance'],
};
const nothing: EvidenceWeights = {
  bias: 0,
  cropCosine: 0,
  cropDistance: 0,
  tokenCosine: 0,
  tokenDistance: 0,
};

/**
 * Fits how alike two masks are from pairs that are known to show one material or two: pairs of masks that the embedded models found, and of sets made to
 * err as other models do. Tokens go with masks of the embedded models alone.
 */
export function fitLikeness(found: readonly KnownPair[], erring: readonly KnownPair[]): LikenessWeights {
  const all = [...found, ...erring];
  return {
    tokens: fitKind(all, 'tokens'),
    crops: fitKind(all, 'crops'),
    cropsAndTokens: fitKind(found, 'cropsAndTokens'),
  };
}

function fitKind(pairs: readonly KnownPair[], kind: EvidenceKind): EvidenceWeights {
  const names = columns[kind];
  const observations = pairs.flatMap(({ a, b, same, weight }): Observation[] => {
    if (kindOfEvidence(a, b) !== 'cropsAndTokens') return [];
    const evidence = evidenceOf(a, b);
    return [{ values: names.map((name) => evidence[name]), is: same ? 1 : 0, weight }];
  });
  const coefficients = logisticRegression(observations).map(rounded);
  return names.reduce((weights, name, index) => ({ ...weights, [name]: coefficients[index] ?? 0 }), {
    ...nothing,
    bias: coefficients.at(-1) ?? 0,
  });
}

/** What is known of a pair of masks, in numbers; 1: they show one material. */
export interface Observation {
  readonly values: readonly number[];
  readonly is: 0 | 1;
  readonly weight: number;
}

/** What pairs of masks look like, beside what the encoders say by weights that are fitted already. */
export function observeLooks(pairs: readonly KnownPair[], weights: LikenessWeights): Observation[] {
  return pairs.flatMap(({ a, b, same, weight }): Observation[] => {
    const looks = lookEvidence(a, b, encodersLikeness(a, b, weights));
    return looks === null ? [] : [{ values: lookNames.map((name) => looks[name]), is: same ? 1 : 0, weight }];
  });
}

/** Fits what the looks of masks are worth beside the encoders. */
export function fitLooks(observations: readonly Observation[]): LookWeights {
  const [encoders = 0, contrast = 0, pattern = 0, bias = 0] = logisticRegression(observations).map(rounded);
  return { bias, encoders, contrast, pattern };
}

/** Weighted, with a small ridge on the coefficients; by Newton's method. Returns the coefficients, the intercept last. */
export function logisticRegression(observations: readonly Observation[]): number[] {
  const size = (observations[0]?.values.length ?? 0) + 1;
  const total = observations.reduce((sum, { weight }) => sum + weight, 0);
  let beta = new Array<number>(size).fill(0);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const gradient = beta.map((value, index) => (index < size - 1 ? ridge * value : 0));
    const hessian = beta.map((_, row) => beta.map((_value, column): number => (row === column ? ridge : 0)));
    for (const { values, is, weight } of observations) {
      const row = [...values, 1];
      const chance = 1 / (1 + Math.exp(-dot(row, beta)));
      const [residual, curvature] = [((chance - is) * weight) / total, (chance * (1 - chance) * weight) / total];
      row.forEach((value, i) => {
        gradient[i] = (gradient[i] ?? 0) + residual * value;
        const line = hessian[i] ?? [];
        row.forEach((other, j) => (line[j] = (line[j] ?? 0) + curvature * value * other));
      });
    }
    const step = solve(hessian, gradient);
    beta = beta.map((value, index) => value - (step[index] ?? 0));
    if (step.every((value) => Math.abs(value) < leastStep)) break;
  }
  return beta;
}

/** Gauss's elimination with pivots; small, well-conditioned systems only. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index] ?? 0]);
  for (let column = 0; column < rows.length; column++) {
    const below = rows.slice(column);
    const pivot = below.reduce((best, row) => (Math.abs(row[column] ?? 0) > Math.abs(best[column] ?? 0) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    rows.forEach((row, index) => {
      if (index === column) return;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      row.forEach((value, at) => (row[at] = value - factor * (pivot[at] ?? 0)));
    });
  }
  return rows.map((row, index) => (row.at(-1) ?? 0) / (row[index] ?? 1));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
