import { expect, test } from '@jest/globals';
import { labelSpace } from '../../../src/booster/label-space.js';
import { dot } from '../../../src/core/vectors.js';

// Lower triangles; the first two dimensions depend on each other, the third never varies within a material.
const within = [[4], [1, 2], [0, 0, 0]];
const between = [[9], [-3, 5], [0, 1, 3]];
const spreadAlong = (a: readonly number[], b: readonly number[], covariance: readonly (readonly number[])[]) =>
  dot(
    a,
    covariance.map((_, i) =>
      dot(
        covariance.map((__, j) => covariance[Math.max(i, j)]?.[Math.min(i, j)] ?? 0),
        b,
      ),
    ),
  );

const { axes, between: variances } = labelSpace(within, between);

test('one material spreads alike along every axis, but for what is held to be unknown', () => {
  const spreads = axes.map((axis) => spreadAlong(axis, axis, within));
  for (const spread of spreads) expect(spread).toBeLessThan(1.3);
  expect(spreads.filter((spread) => spread > 0.7)).toHaveLength(2);
});

test('materials spread the more along an axis the better it tells them apart', () => {
  expect(variances).toHaveLength(3);
  expect(Math.max(...variances)).toBeGreaterThan(1000);
  const telling = axes[variances.indexOf(Math.max(...variances))] ?? [];
  expect(Math.abs(telling[2] ?? 0)).toBeGreaterThan(10 * Math.abs(telling[0] ?? 0));
});

test('twice the spread within a material halves what tells', () => {
  const doubled = labelSpace([[8], [2, 4]], [[9], [-3, 5]]).between;
  const single = labelSpace([[4], [1, 2]], [[9], [-3, 5]]).between;
  doubled.forEach((variance, axis) => expect(variance / (single[axis] ?? 0)).toBeCloseTo(0.5, 2));
});
