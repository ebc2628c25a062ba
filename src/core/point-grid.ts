/** A position in pixels, x to the right, y down; pixel centres lie at whole numbers. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The prompts of the automatic mask generator: `pointsPerSide`² points at the centres of the cells of a regular grid, row by row,
 * as fractions of the crop's size in (0, 1) (DESIGN section 2; `build_point_grid` of segment-anything).
 */
export function pointGrid(pointsPerSide: number): Point[] {
  const centre = (cell: number): number => (cell + 0.5) / pointsPerSide;
  const points: Point[] = [];
  for (let row = 0; row < pointsPerSide; row++) {
    for (let column = 0; column < pointsPerSide; column++) points.push({ x: centre(column), y: centre(row) });
  }
  return points;
}
