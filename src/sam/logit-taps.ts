import type { LogitMap } from './sam-model.js';

/** How the pixels along one axis are mixed from the lines of a grid, for bilinear enlarging in one step or in Meta's two. */
export interface TapTable {
  /** Groups of neighbouring pixels that are mixed from the same lines. */
  readonly cells: number;
  /** First pixel of each cell, and one more entry for the end of the last. */
  readonly start: Uint32Array;
  /** First line of each cell, and how many lines (1 to 3). */
  readonly first: Uint32Array;
  readonly taps: Uint8Array;
  /** Three weights per pixel, of the cell's first line and the next two. They are never negative, and their sum is 1. */
  readonly weights: Float32Array;
  /** Cells of two lines: by how much the second one's weight grows from pixel to pixel, at least; 0 elsewhere, and where pixels share it. */
  readonly leastStep: Float64Array;
}

/** The middle of a two-step enlarging along one axis: `pixels` of it, `linesPerPixel` of the grid each. */
export interface MiddleStep {
  readonly pixels: number;
  readonly linesPerPixel: number;
}

interface Position {
  readonly line: number;
  readonly next: number;
  /** Weight of `next`. */
  readonly share: number;
}

const remembered = new Map<string, TapTable>();
/** Tables of a few sizes are all that a process needs at a time: those of the image and of its crops. */
const mostRemembered = 32;

/** The tables of both axes for a map over a window. */
export function tapTables(
  { rows, columns, rowsPerPixel, columnsPerPixel, frame }: LogitMap,
  { width, height }: { readonly width: number; readonly height: number },
): { readonly columns: TapTable; readonly rows: TapTable } {
  const middle = (pixels: number) => frame && { pixels, linesPerPixel: frame.linesPerPixel };
  return {
    columns: tapTable(width, columns, columnsPerPixel, frame && middle(frame.width)),
    rows: tapTable(height, rows, rowsPerPixel, frame && middle(frame.height)),
  };
}

/** The table for `pixels` pixels over `lines` lines. */
export function tapTable(pixels: number, lines: number, linesPerPixel: number, middle?: MiddleStep): TapTable {
  const key = [pixels, lines, linesPerPixel, middle?.pixels, middle?.linesPerPixel].join(' ');
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const table = makeTable(pixels, lines, linesPerPixel, middle);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(key, table);
  return table;
}

function makeTable(pixels: number, lines: number, linesPerPixel: number, middle: MiddleStep | undefined): TapTable {
  const weights = new Float32Array(3 * pixels);
  const start: number[] = [];
  const first: number[] = [];
  const taps: number[] = [];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const mix = middle ? mixOfTwoSteps(pixel, pixels, lines, middle) : mixOfOneStep(pixel, lines, linesPerPixel);
    const lowest = Math.min(...mix.keys());
    const count = Math.max(...mix.keys()) - lowest + 1;
    for (const [line, weight] of mix) weights[3 * pixel + line - lowest] = weight;
    if (first.at(-1) === lowest && taps.at(-1) === count) continue;
    start.push(pixel);
    first.push(lowest);
    taps.push(count);
  }
  const leastStep = (cell: number): number =>
    taps[cell] === 2 ? stepOf(weights, start[cell] ?? 0, start[cell + 1] ?? pixels) : 0;
  return {
    cells: first.length,
    start: Uint32Array.from([...start, pixels]),
    first: Uint32Array.from(first),
    taps: Uint8Array.from(taps),
    weights,
    leastStep: Float64Array.from(first, (_, cell) => leastStep(cell)),
  };
}

/** The least growth of the second weight between neighbours from pixel `start` to `end`; a pixel by itself has nothing to compare. */
function stepOf(weights: Float32Array, start: number, end: number): number {
  let step = 1;
  for (let pixel = start + 1; pixel < end; pixel++) {
    step = Math.min(step, (weights[3 * pixel + 1] as number) - (weights[3 * pixel - 2] as number));
  }
  return Math.max(0, step);
}

/** Weight of each line, by line. */
type Mix = Map<number, number>;

function mixOfOneStep(pixel: number, lines: number, linesPerPixel: number): Mix {
  const mix: Mix = new Map();
  addPosition(mix, positionOf(pixel, lines, linesPerPixel), 1);
  return mix;
}

/** Neighbouring middle pixels are at most one line apart, so that three lines always do. */
function mixOfTwoSteps(pixel: number, pixels: number, lines: number, middle: MiddleStep): Mix {
  const mix: Mix = new Map();
  const { line, next, share } = positionOf(pixel, middle.pixels, middle.pixels / pixels);
  addPosition(mix, positionOf(line, lines, middle.linesPerPixel), 1 - share);
  if (share > 0) addPosition(mix, positionOf(next, lines, middle.linesPerPixel), share);
  return mix;
}

function addPosition(mix: Mix, { line, next, share }: Position, weight: number): void {
  mix.set(line, (mix.get(line) ?? 0) + weight * (1 - share));
  if (share > 0) mix.set(next, (mix.get(next) ?? 0) + weight * share);
}

/** Half-pixel centres, clamped to the outermost lines; rounded to single precision at each step, as PyTorch does. */
function positionOf(pixel: number, lines: number, linesPerPixel: number): Position {
  const scale = Math.fround(linesPerPixel);
  const position = Math.min(Math.max(Math.fround(Math.fround(scale * (pixel + 0.5)) - 0.5), 0), lines - 1);
  const line = Math.floor(position);
  return { line, next: Math.min(line + 1, lines - 1), share: Math.fround(position - line) };
}
