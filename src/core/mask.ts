import { type Box, boxesOverlap, overlapArea } from './box.js';

/**
 * A binary mask of a whole image as runs of set pixels.
 *
 * `runs` holds pairs (start, end) of flat pixel indices (y · width + x, row by row from the top left), half-open, ascending,
 * never empty and never touching; a run may go over the end of a row. Set operations cost the number of runs, not of pixels,
 * and both run-length formats that leave the system (Label Studio's brush, COCO) are read off it.
 */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly runs: Uint32Array;
  readonly areaPx: number;
  /** The smallest box around the set pixels; 0 × 0 at the origin for an empty mask. */
  readonly box: Box;
}

/** Wraps sorted, disjoint runs (see {@link Mask}) and measures them. */
export function maskFromRuns(width: number, height: number, runs: Uint32Array): Mask {
  return { width, height, runs, areaPx: runsArea(runs), box: boundingBox(width, runs) };
}

/** A mask of the non-zero pixels of a row-major bitmap of `width` × `height` values. */
export function maskFromBitmap(width: number, height: number, bitmap: ArrayLike<number>): Mask {
  const runs = new RunBuilder();
  const pixels = width * height;
  let index = 0;
  while (index < pixels) {
    while (index < pixels && bitmap[index] === 0) index++;
    const start = index;
    while (index < pixels && bitmap[index] !== 0) index++;
    runs.add(start, index);
  }
  return maskFromRuns(width, height, runs.finish());
}

/** All pixels of a box, which must lie in the image. */
export function maskFromBox(width: number, height: number, box: Box): Mask {
  const runs = new RunBuilder();
  for (let y = box.y; y < box.y + box.height; y++) runs.add(y * width + box.x, y * width + box.x + box.width);
  return maskFromRuns(width, height, runs.finish());
}

/** Row-major bytes, 1 where the mask is set. */
export function maskToBitmap(mask: Mask): Uint8Array {
  const bitmap = new Uint8Array(mask.width * mask.height);
  forEachRun(mask, (start, end) => bitmap.fill(1, start, end));
  return bitmap;
}

/** Visits the runs in ascending order: pixels `start` to `end` - 1, row-major; a run may go on over several rows. */
export function forEachRun(mask: Mask, visit: (start: number, end: number) => void): void {
  const { runs } = mask;
  for (let i = 0; i < runs.length; i += 2) visit(runs[i] as number, runs[i + 1] as number);
}

/** The runs cut at the ends of rows: pixels `start` to `end` (exclusive) of one row. */
export function forEachRowRun(mask: Mask, visit: (start: number, end: number, row: number) => void): void {
  forEachRun(mask, (start, end) => {
    for (let from = start; from < end;) {
      const row = Math.floor(from / mask.width);
      const to = Math.min(end, (row + 1) * mask.width);
      visit(from, to, row);
      from = to;
    }
  });
}

/** Number of pixels set in both. */
export function intersectionArea(a: Mask, b: Mask): number {
  if (!boxesOverlap(a.box, b.box)) return 0;
  const x = a.runs;
  const y = b.runs;
  let area = 0;
  let i = firstRunEndingAfter(x, y[0] ?? 0);
  let j = firstRunEndingAfter(y, x[0] ?? 0);
  while (i < x.length && j < y.length) {
    const endX = x[i + 1] as number;
    const endY = y[j + 1] as number;
    const start = Math.max(x[i] as number, y[j] as number);
    const end = Math.min(endX, endY);
    if (end > start) area += end - start;
    if (endX <= endY) i += 2;
    if (endY <= endX) j += 2;
  }
  return area;
}

/** An upper bound of {@link intersectionArea} that needs no walk over the runs. */
export function mostIntersection(a: Mask, b: Mask): number {
  return Math.min(a.areaPx, b.areaPx, overlapArea(a.box, b.box));
}

/** Intersection over union (Jaccard index) in [0, 1]; 0 for two empty masks. */
export function maskIou(a: Mask, b: Mask): number {
  const intersection = intersectionArea(a, b);
  const union = a.areaPx + b.areaPx - intersection;
  return union === 0 ? 0 : intersection / union;
}

/** All pixels set in at least one of `masks`, which share one size. */
export function unionOf(first: Mask, ...others: readonly Mask[]): Mask {
  return maskFromRuns(first.width, first.height, mergeAll([first.runs, ...others.map(({ runs }) => runs)]));
}

/** The pixels of `mask` that are in none of `others`. */
export function subtract(mask: Mask, ...others: readonly Mask[]): Mask {
  const [first, ...rest] = others;
  if (first === undefined) return mask;
  const runs = new RunBuilder();
  const gone = unionOf(first, ...rest).runs;
  let at = firstRunEndingAfter(gone, mask.runs[0] ?? 0);
  forEachRun(mask, (start, end) => {
    let from = start;
    for (; at < gone.length && (gone[at] as number) < end; at += 2) {
      runs.add(from, Math.min(end, gone[at] as number));
      from = Math.max(from, gone[at + 1] as number);
      if ((gone[at + 1] as number) > end) break;
    }
    runs.add(from, end);
  });
  return maskFromRuns(mask.width, mask.height, runs.finish());
}

/** The pixel of the mask with the given rank (0 ≤ rank < area) in row-major order, as a flat index. */
export function pixelOfRank(mask: Mask, rank: number): number {
  let left = rank;
  for (let i = 0; i < mask.runs.length; i += 2) {
    const start = mask.runs[i] as number;
    const length = (mask.runs[i + 1] as number) - start;
    if (left < length) return start + left;
    left -= length;
  }
  throw new RangeError(`rank ${rank} is outside a mask of ${mask.areaPx} pixels`);
}

/** Whether the pixel with flat index `index` is set. */
export function maskHasPixel(mask: Mask, index: number): boolean {
  const at = firstRunEndingAfter(mask.runs, index);
  return at < mask.runs.length && (mask.runs[at] as number) <= index;
}

/** Collects runs in ascending order, joining those that touch. */
export class RunBuilder {
  #runs = new Uint32Array(256);
  #length = 0;

  /** Appends pixels start ≤ index < end; an empty run is ignored. `start` is not before the end of the previous run. */
  add(start: number, end: number): void {
    if (end <= start) return;
    if (this.#length > 0 && this.#runs[this.#length - 1] === start) {
      this.#runs[this.#length - 1] = end;
      return;
    }
    if (this.#length === this.#runs.length) this.#grow();
    this.#runs[this.#length++] = start;
    this.#runs[this.#length++] = end;
  }

  finish(): Uint32Array {
    return this.#runs.slice(0, this.#length);
  }

  /** Begins anew, with the room that it has. */
  clear(): void {
    this.#length = 0;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#runs.length * 2);
    larger.set(this.#runs);
    this.#runs = larger;
  }
}

/** Merges by pairs, so that no run is copied more often than the number of lists has binary digits. */
function mergeAll(lists: readonly Uint32Array[]): Uint32Array {
  const [first = new Uint32Array(), second] = lists;
  if (second === undefined) return first;
  const middle = lists.length >> 1;
  return mergeRuns(mergeAll(lists.slice(0, middle)), mergeAll(lists.slice(middle)));
}

function mergeRuns(a: Uint32Array, b: Uint32Array): Uint32Array {
  const merged = new RunBuilder();
  let i = 0;
  let j = 0;
  let start = -1;
  let end = -1;
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    const nextStart = (takeA ? a[i] : b[j]) as number;
    const nextEnd = (takeA ? a[i + 1] : b[j + 1]) as number;
    if (takeA) i += 2;
    else j += 2;
    if (nextStart > end) {
      merged.add(start, end);
      start = nextStart;
      end = nextEnd;
    } else if (nextEnd > end) end = nextEnd;
  }
  merged.add(start, end);
  return merged.finish();
}

/** Position in `runs` (even) of the first run whose end is after `index`; binary search. */
function firstRunEndingAfter(runs: Uint32Array, index: number): number {
  let low = 0;
  let high = runs.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[2 * middle + 1] as number) > index) high = middle;
    else low = middle + 1;
  }
  return 2 * low;
}

function runsArea(runs: Uint32Array): number {
  let area = 0;
  for (let i = 0; i < runs.length; i += 2) area += (runs[i + 1] as number) - (runs[i] as number);
  return area;
}

function boundingBox(width: number, runs: Uint32Array): Box {
  if (runs.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const top = Math.floor((runs[0] as number) / width);
  const bottom = Math.floor(((runs[runs.length - 1] as number) - 1) / width);
  let left = width;
  let right = 0;
  let rowStart = top * width;
  for (let i = 0; i < runs.length; i += 2) {
    const start = runs[i] as number;
    const last = (runs[i + 1] as number) - 1;
    // A division per run would cost more than all else here.
    if (start >= rowStart + width) rowStart = start < rowStart + 2 * width ? rowStart + width : start - (start % width);
    if (last >= rowStart + width) return { x: 0, y: top, width, height: bottom - top + 1 };
    left = Math.min(left, start - rowStart);
    right = Math.max(right, last - rowStart);
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
