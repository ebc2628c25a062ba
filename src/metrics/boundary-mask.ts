import { forEachRowRun, type Mask, maskFromRuns, RunBuilder, subtract } from '../core/mask.js';

/** Width of the boundary as a share of the image's diagonal. */
const boundaryShare = 0.02;

/** Width of the boundary in pixels, at least 1; halves are rounded to even, as Boundary IoU's reference does. */
export function boundaryWidth(width: number, height: number): number {
  return Math.max(1, roundHalfToEven(boundaryShare * Math.hypot(width, height)));
}

/**
 * The pixels of a mask within {@link boundaryWidth} of its contour (chessboard distance), the image border counted as contour:
 * the boundary mask of Boundary IoU (Cheng et al., 2021), on which the boundary twins of all measures are taken.
 */
export function boundaryMask(mask: Mask): Mask {
  return subtract(mask, erode(mask, boundaryWidth(mask.width, mask.height)));
}

/**
 * The pixels whose whole neighbourhood of (2 · distance + 1)² pixels is in the mask, what lies outside of the image being not.
 * Rows are taken from top to bottom: along a row, runs shrink at both ends; across rows, a column counts how long it has been set.
 */
function erode(mask: Mask, distance: number): Mask {
  const { width, height, box } = mask;
  const rows = shrunkRows(mask, distance);
  const streaks = new Uint32Array(box.width);
  const needed = 2 * distance + 1;
  const kept = new RunBuilder();
  for (let row = 0; row < box.height; row++) {
    extendStreaks(streaks, rows[row] ?? []);
    if (row >= 2 * distance) addLongStreaks(kept, streaks, needed, (box.y + row - distance) * width + box.x);
  }
  return maskFromRuns(width, height, kept.finish());
}

/** For each row of the mask's box, its runs shortened by `distance` at both ends, as (start, end) within the box. */
function shrunkRows(mask: Mask, distance: number): number[][] {
  const { width, box } = mask;
  const rows = Array.from({ length: box.height }, (): number[] => []);
  forEachRowRun(mask, (start, end, y) => {
    const left = start - y * width - box.x + distance;
    const right = end - y * width - box.x - distance;
    if (right > left) rows[y - box.y]?.push(left, right);
  });
  return rows;
}

/** Columns within the runs count one more row, all others start again. */
function extendStreaks(streaks: Uint32Array, runs: readonly number[]): void {
  let done = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const start = runs[i] as number;
    const end = runs[i + 1] as number;
    streaks.fill(0, done, start);
    for (let x = start; x < end; x++) streaks[x] = (streaks[x] as number) + 1;
    done = end;
  }
  streaks.fill(0, done);
}

function addLongStreaks(kept: RunBuilder, streaks: Uint32Array, needed: number, offset: number): void {
  for (let x = 0; x < streaks.length; x++) {
    if ((streaks[x] as number) < needed) continue;
    const start = x;
    while (x < streaks.length && (streaks[x] as number) >= needed) x++;
    kept.add(offset + start, offset + x);
  }
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
