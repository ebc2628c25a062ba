import type { LabelMap } from './label-map.js';
import { forEachRowRun, forEachRun, type Mask } from './mask.js';
import { toUnitLength } from './vectors.js';

/**
 * A grid of values over an image. Image pixel x lies at grid column (x + 0.5) · columnsPerPixel − 0.5, rows likewise; what lies
 * outside the outermost centres takes their value.
 */
export interface GridGeometry {
  readonly columns: number;
  readonly rows: number;
  readonly columnsPerPixel: number;
  readonly rowsPerPixel: number;
}

/** The image encoder's dense description of texture: `dimensions` unit-length values per cell, channel by channel (dimension-major). */
export interface TextureTokens extends GridGeometry {
  readonly dimensions: number;
  readonly tokens: Float32Array;
}

/** The label under the centre of each cell of a grid. */
export function labelsOfCells({ labels, width, height }: LabelMap, grid: GridGeometry): LabelMap {
  const cells = new Uint8Array(grid.columns * grid.rows);
  for (let row = 0; row < grid.rows; row++) {
    const y = Math.min(height - 1, Math.floor((row + 0.5) / grid.rowsPerPixel));
    for (let column = 0; column < grid.columns; column++) {
      const x = Math.min(width - 1, Math.floor((column + 0.5) / grid.columnsPerPixel));
      cells[row * grid.columns + column] = labels[y * width + x] as number;
    }
  }
  return { width: grid.columns, height: grid.rows, labels: cells };
}

/** 1 for each cell whose centre lies in a mask, as {@link labelsOfCells} would say of it, at the cost of the mask's runs. */
export function cellsUnder(mask: Mask, grid: GridGeometry): LabelMap {
  const { columns, rows, columnsPerPixel, rowsPerPixel } = grid;
  const labels = new Uint8Array(columns * rows);
  const rowOf = new Map(
    Array.from({ length: rows }, (_, row) => [Math.min(mask.height - 1, Math.floor((row + 0.5) / rowsPerPixel)), row]),
  );
  // The first column whose centre's pixel is not before x.
  const columnsFrom = (x: number): number => Math.min(columns, Math.max(0, Math.ceil(x * columnsPerPixel - 0.5)));
  forEachRowRun(mask, (start, end, y) => {
    const row = rowOf.get(y);
    if (row === undefined) return;
    const [from, to] = [columnsFrom(start - y * mask.width), columnsFrom(end - y * mask.width)];
    labels.fill(1, row * columns + from, row * columns + to);
  });
  return { width: columns, height: rows, labels };
}

/** Cells with a label other than 0 whose eight neighbours have it too; the edge of the grid is no border. Flat indices. */
export function innerCells(cells: LabelMap): number[] {
  const inner: number[] = [];
  for (let row = 0; row < cells.height; row++) {
    for (let column = 0; column < cells.width; column++) {
      const cell = row * cells.width + column;
      if (cells.labels[cell] !== 0 && isSurrounded(cells, column, row)) inner.push(cell);
    }
  }
  return inner;
}

function isSurrounded({ labels, width, height }: LabelMap, column: number, row: number): boolean {
  const label = labels[row * width + column];
  for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
      if (labels[y * width + x] !== label) return false;
    }
  }
  return true;
}

/** Flat indices of the cells with a label other than 0. */
export function cellsWithLabel({ labels }: LabelMap): number[] {
  return Array.from(labels.keys()).filter((cell) => labels[cell] !== 0);
}

/** Flat indices of the cells of a mask. */
export function cellsOf(mask: Mask): number[] {
  const cells: number[] = [];
  forEachRun(mask, (start, end) => {
    for (let cell = start; cell < end; cell++) cells.push(cell);
  });
  return cells;
}

/** The token of one cell. */
export function tokenOf({ tokens, dimensions, columns, rows }: TextureTokens, cell: number): number[] {
  return Array.from({ length: dimensions }, (_, d) => tokens[d * columns * rows + cell] as number);
}

/** The mean token of some cells: the more they differ, the shorter. */
export function meanToken({ tokens, dimensions, columns, rows }: TextureTokens, cells: readonly number[]): number[] {
  return Array.from({ length: dimensions }, (_, d) => {
    let sum = 0;
    for (const cell of cells) sum += tokens[d * columns * rows + cell] as number;
    return sum / cells.length;
  });
}

/** The mean token of some cells, scaled to unit length. */
export function meanDirection(tokens: TextureTokens, cells: readonly number[]): number[] {
  return toUnitLength(meanToken(tokens, cells));
}

/** The cosine of one cell's token with a direction of unit length. */
export function likenessAt(
  { tokens, dimensions, columns, rows }: TextureTokens,
  direction: readonly number[],
  cell: number,
): number {
  let likeness = 0;
  for (let d = 0; d < dimensions; d++)
    likeness += (direction[d] as number) * (tokens[d * columns * rows + cell] as number);
  return likeness;
}

/** The cosine of every cell's token with a direction of unit length. */
export function likenessMap(
  { tokens, dimensions, columns, rows }: TextureTokens,
  direction: readonly number[],
): Float32Array {
  const cells = columns * rows;
  const likeness = new Float32Array(cells);
  for (let d = 0; d < dimensions; d++) {
    const weight = direction[d] as number;
    for (let cell = 0; cell < cells; cell++) {
      likeness[cell] = (likeness[cell] as number) + weight * (tokens[d * cells + cell] as number);
    }
  }
  return likeness;
}

/** Reads grids of values per cell at the pixels of an image, interpolated between the centres of the cells. */
export interface PixelSampler {
  at(values: Float32Array, pixel: number): number;
}

/** Reads values of a grid at the pixels of an image of this size, between the cells by bilinear interpolation. */
export function pixelSampler(grid: GridGeometry, width: number, height: number): PixelSampler {
  const across = linePositions(width, grid.columns, grid.columnsPerPixel);
  const down = linePositions(height, grid.rows, grid.rowsPerPixel);
  return {
    at(values, pixel) {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      const [left, right] = [across.before[x] as number, across.after[x] as number];
      const [above, below] = [down.before[y] as number, down.after[y] as number];
      const read = (row: number, column: number): number => values[row * grid.columns + column] as number;
      const rightShare = across.share[x] as number;
      const upper = read(above, left) * (1 - rightShare) + read(above, right) * rightShare;
      const lower = read(below, left) * (1 - rightShare) + read(below, right) * rightShare;
      const lowerShare = down.share[y] as number;
      return upper * (1 - lowerShare) + lower * lowerShare;
    },
  };
}

/** For each pixel of a side the lines of the grid before and after it, and the share of the one after. */
function linePositions(pixels: number, lines: number, linesPerPixel: number) {
  const positions = { before: new Int32Array(pixels), after: new Int32Array(pixels), share: new Float32Array(pixels) };
  for (let pixel = 0; pixel < pixels; pixel++) {
    const position = Math.min(Math.max((pixel + 0.5) * linesPerPixel - 0.5, 0), lines - 1);
    const line = Math.floor(position);
    positions.before[pixel] = line;
    positions.after[pixel] = Math.min(lines - 1, line + 1);
    positions.share[pixel] = position - line;
  }
  return positions;
}
