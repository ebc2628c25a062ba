import type { TextureTokens } from '../core/token-grid.js';

/** The texture tokens of the cells in which the given pixels lie, as vectors; `pixels` are flat indices in an image `width` wide. */
export function tokensAt(tokens: TextureTokens, pixels: ArrayLike<number>, width: number): number[][] {
  const cells = tokens.columns * tokens.rows;
  return Array.from(pixels, (pixel) => {
    const column = nearest((pixel % width) + 0.5, tokens.columnsPerPixel, tokens.columns);
    const row = nearest(Math.floor(pixel / width) + 0.5, tokens.rowsPerPixel, tokens.rows);
    const cell = row * tokens.columns + column;
    return Array.from({ length: tokens.dimensions }, (_, d) => tokens.tokens[d * cells + cell] as number);
  });
}

function nearest(position: number, linesPerPixel: number, lines: number): number {
  return Math.min(lines - 1, Math.floor(position * linesPerPixel));
}
