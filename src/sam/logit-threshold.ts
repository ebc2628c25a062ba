import type { Box } from '../core/box.js';
import type { Mask } from '../core/mask.js';
import { maskFromRuns, RunBuilder } from '../core/mask.js';
import type { LogitMap } from './sam-model.js';

/** Where a logit map lies: its window (for crops) inside an image `imageWidth` pixels wide. */
export interface LogitWindow {
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly window: Box;
}

/** The mask of the image pixels at which the bilinearly interpolated logit is above `threshold`. */
export function thresholdLogits(map: LogitMap, place: LogitWindow, threshold: number): Mask {
  const runs = new RunBuilder();
  forEachRunAbove(map, place, threshold, (start, end) => runs.add(start, end));
  return maskFromRuns(place.imageWidth, place.imageHeight, runs.finish());
}

/**
 * SAM's stability score: the IoU of the masks at logits +offset and −offset (DESIGN section 2), counted at full size. The first
 * lies inside the second, so it is the ratio of the two areas. An empty mask has score 0.
 */
export function stabilityScore(map: LogitMap, place: LogitWindow, offset: number): number {
  const outer = countAbove(map, place, -offset);
  return outer === 0 ? 0 : countAbove(map, place, offset) / outer;
}

function countAbove(map: LogitMap, place: LogitWindow, threshold: number): number {
  let count = 0;
  forEachRunAbove(map, place, threshold, (start, end) => (count += end - start));
  return count;
}

/**
 * Visits the runs of pixels above the threshold, without making the full-size logits. A bilinear value is a mix of the four grid values
 * around it: where all four lie on one side of the threshold, so do all pixels of that cell. Only the other cells, those on
 * the mask's outline, are interpolated.
 */
function forEachRunAbove(
  map: LogitMap,
  { imageWidth, window }: LogitWindow,
  threshold: number,
  visit: (start: number, end: number) => void,
): void {
  const columns = cellsAlong(window.width, map.columnsPerPixel, map.columns);
  const rows = cellsAlong(window.height, map.rowsPerPixel, map.rows);
  const spans = new Spans(columns.count);
  for (let band = 0; band < rows.count; band++) {
    const upper = (rows.low[band] as number) * map.columns;
    const lower = (rows.high[band] as number) * map.columns;
    spans.fill(map.logits, upper, lower, columns, threshold);
    if (spans.count === 0) continue;
    for (let y = rows.start[band] as number; y < (rows.start[band + 1] as number); y++) {
      const base = (window.y + y) * imageWidth + window.x;
      visitRow(map.logits, upper, lower, rows.offset[y] as number, spans, columns, threshold, base, visit);
    }
  }
}

/** The runs of one row of pixels: whole spans as they are, outline cells by where the logit crosses the threshold. */
function visitRow(
  logits: Float32Array,
  upper: number,
  lower: number,
  weight: number,
  spans: Spans,
  columns: Cells,
  threshold: number,
  base: number,
  visit: (start: number, end: number) => void,
): void {
  let start = 0;
  let end = 0;
  for (let span = 0; span < spans.count; span++) {
    let from = spans.from[span] as number;
    let to = spans.to[span] as number;
    const cell = spans.cell[span] as number;
    if (cell !== wholeSpan) {
      const left = mix(logits, upper, lower, columns.low[cell] as number, weight);
      const right = mix(logits, upper, lower, columns.high[cell] as number, weight);
      const isAbove = (x: number): boolean => left + (right - left) * (columns.offset[x] as number) > threshold;
      // Along x the logit is linear: what is above lies at one end of the cell.
      while (from < to && !isAbove(from)) from++;
      while (to > from && !isAbove(to - 1)) to--;
      if (from === to) continue;
    }
    if (from !== end) {
      if (end > start) visit(base + start, base + end);
      start = from;
    }
    end = to;
  }
  if (end > start) visit(base + start, base + end);
}

function mix(logits: Float32Array, upper: number, lower: number, column: number, weight: number): number {
  const above = logits[upper + column] as number;
  return above + weight * ((logits[lower + column] as number) - above);
}

/** Marks a span that lies above the threshold as a whole. */
const wholeSpan = -1;

/** The parts of a band of rows that may be above the threshold, from left to right. */
class Spans {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** The outline cell that the span is, or {@link wholeSpan}. */
  readonly cell: Int32Array;
  count = 0;

  constructor(cells: number) {
    this.from = new Uint32Array(cells);
    this.to = new Uint32Array(cells);
    this.cell = new Int32Array(cells);
  }

  fill(logits: Float32Array, upper: number, lower: number, columns: Cells, threshold: number): void {
    this.count = 0;
    for (let cell = 0; cell < columns.count; cell++) {
      const low = columns.low[cell] as number;
      const high = columns.high[cell] as number;
      const above =
        Number((logits[upper + low] as number) > threshold) +
        Number((logits[upper + high] as number) > threshold) +
        Number((logits[lower + low] as number) > threshold) +
        Number((logits[lower + high] as number) > threshold);
      if (above > 0)
        this.#add(columns.start[cell] as number, columns.start[cell + 1] as number, above === 4 ? wholeSpan : cell);
    }
  }

  #add(from: number, to: number, cell: number): void {
    const last = this.count - 1;
    if (cell === wholeSpan && last >= 0 && this.cell[last] === wholeSpan && this.to[last] === from) {
      this.to[last] = to;
      return;
    }
    this.from[this.count] = from;
    this.to[this.count] = to;
    this.cell[this.count] = cell;
    this.count++;
  }
}

/** The pixels along one axis, grouped by the pair of grid lines between which they lie. */
interface Cells {
  readonly count: number;
  /** First pixel of each cell, and one more entry for the end of the last. */
  readonly start: Uint32Array;
  /** Grid lines at a cell's ends. */
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** Per pixel: how far it lies from its cell's low to its high end, 0 to 1. */
  readonly offset: Float32Array;
}

function cellsAlong(pixels: number, linesPerPixel: number, lines: number): Cells {
  const start: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  const offset = new Float32Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const position = Math.min(Math.max((pixel + 0.5) * linesPerPixel - 0.5, 0), lines - 1);
    const line = Math.floor(position);
    offset[pixel] = position - line;
    if (low.at(-1) === line) continue;
    start.push(pixel);
    low.push(line);
    high.push(Math.min(line + 1, lines - 1));
  }
  return {
    count: low.length,
    start: Uint32Array.from([...start, pixels]),
    low: Uint32Array.from(low),
    high: Uint32Array.from(high),
    offset,
  };
}
