import { distanceFromSeen, type SeenTextures, shapeOf } from '../src/booster/seen-textures.js';
import { solve } from './fit-likeness.js';
import type { KnownMasks } from './known-masks.js';

/** Added to the variance of each ring: their sum is 0, so that one direction has none. */
const ridge = 0.02;
/** Share of the masks that were seen that lie within the limit. */
const within = 0.999;

/** Where the patterns of simulated masks lie; undefined for too few. */
export function fitSeen(known: readonly KnownMasks[]): SeenTextures | undefined {
  const shapes = known.flatMap(({ described }) =>
    described.flatMap((mask) => [shapeOf(mask)].filter((each) => each !== null)),
  );
  const rings = shapes[0]?.length ?? 0;
  if (rings === 0 || shapes.length < 10 * rings) return undefined;
  const meanOver = (value: (shape: readonly number[]) => number): number =>
    shapes.reduce((sum, shape) => sum + value(shape), 0) / shapes.length;
  const indices = Array.from({ length: rings }, (_, ring) => ring);
  const mean = indices.map((ring) => meanOver((shape) => shape[ring] ?? 0));
  const apart = (shape: readonly number[], ring: number): number => (shape[ring] ?? 0) - (mean[ring] ?? 0);
  const covariance = indices.map((row) =>
    indices.map(
      (column) => meanOver((shape) => apart(shape, row) * apart(shape, column)) + (row === column ? ridge : 0),
    ),
  );
  const precision = indices.map((row) =>
    solve(
      covariance,
      indices.map((ring) => (ring === row ? 1 : 0)),
    ),
  );
  const distances = shapes.map((shape) => distanceFromSeen(shape, { mean, precision })).sort((a, b) => a - b);
  const limit = distances[Math.min(distances.length - 1, Math.floor(within * distances.length))] ?? Infinity;
  return { mean: mean.map(rounded), precision: precision.map((row) => row.map(rounded)), limit: rounded(limit) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
