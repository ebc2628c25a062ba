import type { Box } from '../core/box.js';
import type { Mask } from '../core/mask.js';
import { maskFromRuns, RunBuilder } from '../core/mask.js';
import type { GridGeometry, LogitMap } from './sam-model.js';

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
 * Visits the runs of pixels above the threshold without making the full-size logits: interpolation is needed only in cells whose
 * two ends lie on different sides of the threshold; between equal sides a convex mix stays on that side.
 */
function forEachRunAbove(
  map: LogitMap,
  { imageWidth, window }: LogitWindow,
  threshold: number,
  visit: (start: number, end: number) => void,
): void {
  const cells = cellsOf(map, window.width);
  const row = new Float32Array(map.columns + 1);
  for (let y = 0; y < window.height; y++) {
    interpolateRow(map, y, row);
    const base = (window.y + y) * imageWidth + window.x;
    for (let cell = 0; cell < cells.count; cell++) {
      const left = row[cells.left[cell] as number] as number;
      const right = row[cells.right[cell] as number] as number;
      const start = cells.start[cell] as number;
      const end = cells.start[cell + 1] as number;
      if (left > threshold && right > threshold) visit(base + start, base + end);
      else if (left > threshold || right > threshold) {
        visitCrossing(cells.offset, left, right, start, end, threshold, base, visit);
      }
    }
  }
}

/** Within one cell the logit is linear in x: the pixels above the threshold are one run at its left or right end. */
function visitCrossing(
  offset: Float32Array,
  left: number,
  right: number,
  start: number,
  end: number,
  threshold: number,
  base: number,
  visit: (start: number, end: number) => void,
): void {
  const isAbove = (x: number): boolean => left + (right - left) * (offset[x] as number) > threshold;
  let x = start;
  if (left > right) {
    while (x < end && isAbove(x)) x++;
    if (x > start) visit(base + start, base + x);
  } else {
    while (x < end && !isAbove(x)) x++;
    if (x < end) visit(base + x, base + end);
  }
}

interface Cells {
  readonly count: number;
  /** First pixel of each cell, and one more entry for the end of the last. */
  readonly start: Uint32Array;
  /** Grid columns at a cell's ends. */
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** Per pixel: how far it lies from its cell's left to its right end, 0 to 1. */
  readonly offset: Float32Array;
}

/** Groups the pixels of a row by the pair of grid columns between which they lie. */
function cellsOf(grid: GridGeometry, width: number): Cells {
  const start: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const offset = new Float32Array(width);
  let previous = -2;
  for (let x = 0; x < width; x++) {
    const position = clamp((x + 0.5) * grid.columnsPerPixel - 0.5, 0, grid.columns - 1);
    const column = Math.floor(position);
    offset[x] = position - column;
    if (column === previous) continue;
    previous = column;
    start.push(x);
    left.push(column);
    right.push(Math.min(column + 1, grid.columns - 1));
  }
  start.push(width);
  return {
    count: left.length,
    start: Uint32Array.from(start),
    left: Uint32Array.from(left),
    right: Uint32Array.from(right),
    offset,
  };
}

function interpolateRow(map: LogitMap, y: number, row: Float32Array): void {
  const position = clamp((y + 0.5) * map.rowsPerPixel - 0.5, 0, map.rows - 1);
  const upper = Math.floor(position);
  const lower = Math.min(upper + 1, map.rows - 1);
  const weight = position - upper;
  const upperStart = upper * map.columns;
  const lowerStart = lower * map.columns;
  for (let column = 0; column < map.columns; column++) {
    const above = map.logits[upperStart + column] as number;
    row[column] = above + weight * ((map.logits[lowerStart + column] as number) - above);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
