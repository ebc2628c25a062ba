import { meanDirection, type TextureTokens } from '../../core/token-grid.js';

/** A disc in pixels of the encoded image. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** The ring of cells around a disc: from and to so many radii, and so many cells more. */
const ringFrom = { radii: 1.5, cells: 1.2 };
const ringTo = { radii: 2.5, cells: 2.5 };
/** The disc's own cells: up to this share of its radius, or this many cells if that is more. */
const insideShare = 0.6;
const leastInside = 0.75;

/** How unlike the texture in a disc is to that around it: 1 − cosine of the mean tokens; 0 where there is nothing to compare. */
export function tokenContrast(tokens: TextureTokens, { x, y, radius }: Disc): number {
  const column = x * tokens.columnsPerPixel - 0.5;
  const row = y * tokens.rowsPerPixel - 0.5;
  const cells = radius * tokens.columnsPerPixel;
  const within = cellsAt(tokens, { column, row, from: 0, to: Math.max(leastInside, insideShare * cells) });
  const from = ringFrom.radii * cells + ringFrom.cells;
  const around = cellsAt(tokens, { column, row, from, to: ringTo.radii * cells + ringTo.cells });
  if (within.length === 0 || around.length === 0) return 0;
  const [inside, outside] = [meanDirection(tokens, within), meanDirection(tokens, around)];
  return 1 - inside.reduce((sum, value, index) => sum + value * (outside[index] as number), 0);
}

interface CellRing {
  readonly column: number;
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** Flat indices of the cells whose centres lie in a ring. */
function cellsAt({ columns, rows }: TextureTokens, { column, row, from, to }: CellRing): number[] {
  const cells: number[] = [];
  for (let y = Math.max(0, Math.ceil(row - to)); y <= Math.min(rows - 1, row + to); y++) {
    for (let x = Math.max(0, Math.ceil(column - to)); x <= Math.min(columns - 1, column + to); x++) {
      const distance = Math.hypot(x - column, y - row);
      if (distance >= from && distance <= to) cells.push(y * columns + x);
    }
  }
  return cells;
}
