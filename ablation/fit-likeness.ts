import type { Evidence, EvidenceWeights, LikenessWeights, MaskTexture } from '../src/booster/material-likeness.js';
import { evidenceOf } from '../src/booster/material-likeness.js';
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

/** Fits how alike two masks are from pairs that are known to show one material or two. */
export function fitLikeness(pairs: readonly KnownPair[]): LikenessWeights {
  const rows = pairs.flatMap(({ a, b, same, weight }) => {
    if (a.crop === null || b.crop === null || a.token === null || b.token === null) return [];
    return [{ crop: evidenceOf(a.crop, b.crop), token: evidenceOf(a.token, b.token), same, weight }];
  });
  const fit = (columns: (row: { crop: Evidence; token: Evidence }) => number[]): number[] =>
    logisticRegression(rows.map((row) => ({ values: columns(row), is: row.same ? 1 : 0, weight: row.weight }))).map(
      rounded,
    );
  const alone = ([cosine = 0, distance = 0, bias = 0]: readonly number[]): EvidenceWeights => ({
    bias,
    cosine,
    distance,
  });
  // A crop's cosine adds nothing beside its distance and the tokens.
  const [cropDistance = 0, ...tokens] = fit(({ crop, token }) => [crop.distance, token.cosine, token.distance]);
  return {
    crops: alone(fit(({ crop }) => [crop.cosine, crop.distance])),
    tokens: alone(fit(({ token }) => [token.cosine, token.distance])),
    both: { crops: { cosine: 0, distance: cropDistance }, tokens: alone(tokens) },
  };
}

interface Observation {
  readonly values: readonly number[];
  readonly is: 0 | 1;
  readonly weight: number;
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
  }
  return beta;
}

/** Gauss's elimination with pivots; small, well-conditioned systems only. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
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
