import { CholeskyDecomposition, EigenvalueDecomposition, inverse, Matrix } from 'ml-matrix';

/** Lower triangle of a covariance: row i has i + 1 values. */
export type Covariance = readonly (readonly number[])[];

/** Directions in which materials are told apart. */
export interface LabelSpace {
  /** Rows of a matrix. What it makes of descriptors spreads by 1 in every direction, from one micrograph of a material to the next. */
  readonly axes: readonly (readonly number[])[];
  /** Variance of materials around their common mean along each axis, where the axes do not depend on each other. */
  readonly between: readonly number[];
}

/** Share of an even spread in the spread within a material: few micrographs say little of how the dimensions depend on each other. */
const withinShrinkage = 0.3;
/** The same between materials, of which even fewer are known. */
const betweenShrinkage = 0.3;
const leastSpread = 1e-3;

/** Diagonalises both covariances at once: that of one material from micrograph to micrograph, and that of materials. */
export function labelSpace(within: Covariance, between: Covariance): LabelSpace {
  const scale = within.map((row, d) => Math.sqrt(Math.max(0, row[d] as number)) + leastSpread);
  const spread = scaled(within, scale);
  const variance = spread.trace() / spread.rows;
  const even = Matrix.eye(spread.rows, spread.rows, withinShrinkage * variance + leastSpread ** 2);
  const lower = new CholeskyDecomposition(spread.mul(1 - withinShrinkage).add(even)).lowerTriangularMatrix;
  const whitening = inverse(lower);
  const apart = scaled(between, scale);
  const diagonal = Matrix.diag(apart.diagonal().map((value) => betweenShrinkage * value));
  const whitened = whitening.mmul(apart.mul(1 - betweenShrinkage).add(diagonal)).mmul(whitening.transpose());
  const symmetric = Matrix.add(whitened, whitened.transpose()).mul(0.5);
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const axes = eigenvectorMatrix.transpose().mmul(whitening);
  return {
    axes: axes.to2DArray().map((row) => row.map((value, d) => value / (scale[d] as number))),
    between: realEigenvalues.map((value) => Math.max(value, leastSpread)),
  };
}

/** The whole symmetric matrix, in units of `scale`. */
function scaled(covariance: Covariance, scale: readonly number[]): Matrix {
  const size = covariance.length;
  const matrix = Matrix.zeros(size, size);
  covariance.forEach((row, i) =>
    row.forEach((value, j) => {
      const unit = value / ((scale[i] as number) * (scale[j] as number));
      matrix.set(i, j, unit);
      matrix.set(j, i, unit);
    }),
  );
  return matrix;
}
