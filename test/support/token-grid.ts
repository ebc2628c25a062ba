import type { TextureTokens } from '../../src/core/token-grid.js';

/** Tokens of a square image, one per `cell` × `cell` pixels, by the pixel at the cell's centre. */
export function tokenGrid(
  side: number,
  cell: number,
  tokenAt: (x: number, y: number) => readonly number[],
): TextureTokens {
  const columns = side / cell;
  const dimensions = tokenAt(0, 0).length;
  const tokens = new Float32Array(dimensions * columns * columns);
  for (let index = 0; index < columns * columns; index++) {
    const token = tokenAt(((index % columns) + 0.5) * cell, (Math.floor(index / columns) + 0.5) * cell);
    token.forEach((value, d) => (tokens[d * columns * columns + index] = value));
  }
  return { dimensions, columns, rows: columns, columnsPerPixel: 1 / cell, rowsPerPixel: 1 / cell, tokens };
}
