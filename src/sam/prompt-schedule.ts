import { type Point, pointGrid } from '../core/point-grid.js';

/** A point of the prompt grid in pixels of the crop. */
export interface GridPoint extends Point {
  readonly row: number;
  readonly column: number;
}

/** The grid's points in pixels of a crop of `width` × `height`, row by row. */
export function gridPoints(perSide: number, width: number, height: number): GridPoint[] {
  return pointGrid(perSide).map(({ x, y }, index) => ({
    x: x * width,
    y: y * height,
    row: Math.floor(index / perSide),
    column: index % perSide,
  }));
}

/** Every fourth point of a row first, then every second, then all: docs/PERFORMANCE.md says what each start is worth. */
const spacings = [4, 2, 1];

/**
 * Cuts a grid into levels, coarse ones first. Every point is in exactly one level; small grids have fewer levels, so that
 * the coarsest has at least 3 × 3 points.
 */
export function coarseToFine(points: readonly GridPoint[], perSide: number): GridPoint[][] {
  let left = points;
  const levels: GridPoint[][] = [];
  for (const spacing of spacings.filter((each) => each === 1 || perSide >= 3 * each)) {
    const isIn = ({ row, column }: GridPoint): boolean =>
      row % spacing === spacing >> 1 && column % spacing === spacing >> 1;
    levels.push(left.filter(isIn));
    left = left.filter((point) => !isIn(point));
  }
  return levels;
}
