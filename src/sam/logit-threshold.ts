import type { Box } from '../core/box.js';
import { type Mask, maskFromRuns, RunBuilder } from '../core/mask.js';
import {
  aboveHigh,
  aboveLow,
  aboveZero,
  belowAll,
  fillSides,
  findSpans,
  logitGrid,
  mixColumns,
  mixRows,
  stabilityOffset,
  straddled,
} from './logit-grid.js';
import { type TapTable, tapTable, tapTables } from './logit-taps.js';
import type { LogitMap } from './sam-model.js';

/** Where a logit map lies: its window (for crops) inside an image `imageWidth` pixels wide. */
export interface LogitWindow {
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly window: Box;
}

/** A mask and how sure its outline is. */
export interface ThresholdedMask {
  /** The pixels whose logit is above 0. */
  readonly mask: Mask;
  /**
   * SAM's stability score: the IoU of the masks at logits +offset and −offset (DESIGN section 2), counted at full size. The first
   * lies inside the second, so it is the ratio of the two areas. NaN where both are empty.
   */
  readonly stabilityScore: number;
}

/** Thresholds one map; for many maps over one window, keep a {@link LogitThresholder}. */
export function thresholdLogits(map: LogitMap, place: LogitWindow): ThresholdedMask {
  return new LogitThresholder(place).threshold(map);
}

/**
 * Thresholds logit maps at image size, without making the full-size logits. An interpolated value is a mix of the few grid values
 * around it: where all of those lie on one side of a threshold, so does every pixel of that cell. Only the other cells, those on an
 * outline, are interpolated: row by row of pixels, and in a row where it crosses the threshold. The buffers serve one map after the other.
 */
export class LogitThresholder {
  readonly place: LogitWindow;
  readonly #runs = new RunBuilder();
  #grid = logitGrid(tapTable(1, 1, 1), 0, 0);
  /** Pixels above +offset and above −offset. */
  #inner = 0;
  #outer = 0;
  /** Pixels that are not counted yet and may be above +offset: in all bands, and in each. */
  #open = 0;
  #openOfBand = new Float64Array(0);

  constructor(place: LogitWindow) {
    this.place = place;
  }

  threshold(map: LogitMap): ThresholdedMask {
    return this.thresholdIfStable(map, 0) as ThresholdedMask;
  }

  /**
   * Undefined where the stability score is below `leastStability`, or is none, unless that is 0. Gives up as soon as that is sure: such masks have
   * the longest outlines.
   */
  thresholdIfStable(map: LogitMap, leastStability: number): ThresholdedMask | undefined {
    const { imageWidth, imageHeight, window } = this.place;
    const { columns, rows } = tapTables(map, window);
    const { table, sides } = this.#grid;
    if (table !== columns || sides.length !== map.logits.length) this.#grid = logitGrid(columns, map.rows, map.columns);
    fillSides(this.#grid, map);
    this.#runs.clear();
    this.#inner = 0;
    this.#outer = 0;
    this.#open = 0;
    if (this.#openOfBand.length < rows.cells) this.#openOfBand = new Float64Array(rows.cells);
    for (let band = 0; band < rows.cells; band++) this.#countBand(map, rows, band);
    for (let band = 0; band < rows.cells; band++) {
      if ((this.#inner + this.#open) / this.#outer < leastStability) return undefined;
      this.#addBand(map, rows, band);
    }
    const stabilityScore = this.#inner / this.#outer;
    if (leastStability > 0 && !(stabilityScore >= leastStability)) return undefined;
    return { mask: maskFromRuns(imageWidth, imageHeight, this.#runs.finish()), stabilityScore };
  }

  /** A band: the rows of pixels that are mixed from the same rows of the grid. */
  #addBand(map: LogitMap, rows: TapTable, band: number): void {
    const grid = this.#grid;
    findSpans(grid, map, rows, band);
    if (grid.spans === 1 && grid.spanSides[0] === belowAll) return;
    const [top, bottom] = [rows.start[band] as number, rows.start[band + 1] as number];
    this.#open -= this.#openOfBand[band] as number;
    const { x, y } = this.place.window;
    for (let row = top; row < bottom; row++) {
      mixRows(grid, map, rows, band, row);
      this.#addRow((y + row) * this.place.imageWidth + x);
    }
  }

  /** Counts the spans that are wholly above a threshold, over the whole band, and the pixels that may yet be above +offset. */
  #countBand(map: LogitMap, rows: TapTable, band: number): void {
    findSpans(this.#grid, map, rows, band);
    const { spans, spanSides, spanEnd } = this.#grid;
    const height = (rows.start[band + 1] as number) - (rows.start[band] as number);
    let from = 0;
    let open = 0;
    for (let span = 0; span < spans; span++) {
      const to = spanEnd[span] as number;
      const sides = spanSides[span] as number;
      const straddling = straddled(sides);
      const whole = sides & ~straddling;
      if ((whole & aboveLow) !== 0) this.#outer += (to - from) * height;
      if ((whole & aboveHigh) !== 0) this.#inner += (to - from) * height;
      if ((straddling & aboveHigh) !== 0) open += (to - from) * height;
      from = to;
    }
    this.#openOfBand[band] = open;
    this.#open += open;
  }

  /** Adds the runs of one row of pixels, whose first pixel has the flat index `base`, and counts its other spans. */
  #addRow(base: number): void {
    const { spans, spanSides, spanEnd, spanCell, values, table } = this.#grid;
    const { first, leastStep } = table;
    const runs = this.#runs;
    let inner = 0;
    let outer = 0;
    let runStart = -1;
    let from = 0;
    for (let span = 0; span < spans; span++) {
      const to = spanEnd[span] as number;
      const sides = spanSides[span] as number;
      const crossed = straddled(sides);
      // Where above 0 begins or ends in this span; without such a place it is the span's end.
      let turn = to;
      let inside = (sides & aboveZero) !== 0;
      if (crossed !== 0) {
        const cell = spanCell[span] as number;
        const left = values[first[cell] as number] as number;
        const right = values[(first[cell] as number) + 1] as number;
        if (!(Math.abs(right - left) * (leastStep[cell] as number) >= leastSlope)) {
          runStart = this.#addPixels(cell, crossed, base, runStart);
          from = to;
          continue;
        }
        if ((crossed & aboveLow) !== 0) {
          const at = turnOf(table, cell, left, right, -stabilityOffset);
          outer += left > -stabilityOffset ? at - from : to - at;
        }
        if ((crossed & aboveHigh) !== 0) {
          const at = turnOf(table, cell, left, right, stabilityOffset);
          inner += left > stabilityOffset ? at - from : to - at;
        }
        if ((crossed & aboveZero) !== 0) {
          turn = turnOf(table, cell, left, right, 0);
          inside = left > 0;
        }
      }
      if (inside !== runStart >= 0) {
        if (inside) runStart = from;
        else {
          runs.add(base + runStart, base + from);
          runStart = -1;
        }
      }
      if (turn < to) {
        if (inside) runs.add(base + runStart, base + turn);
        runStart = inside ? -1 : turn;
      }
      from = to;
    }
    if (runStart >= 0) runs.add(base + runStart, base + from);
    this.#inner += inner;
    this.#outer += outer;
  }

  /** The same for a cell whose pixels must be looked at one by one. Takes and returns where the current run began, or -1. */
  #addPixels(cell: number, crossed: number, base: number, runStart: number): number {
    const { table, values } = this.#grid;
    const end = table.start[cell + 1] as number;
    let run = runStart;
    for (let x = table.start[cell] as number; x < end; x++) {
      const logit = mixColumns(table, cell, x, values);
      if ((crossed & aboveLow) !== 0 && logit > -stabilityOffset) this.#outer++;
      if ((crossed & aboveHigh) !== 0 && logit > stabilityOffset) this.#inner++;
      if (logit > 0) {
        if (run < 0) run = x;
      } else if (run >= 0) {
        this.#runs.add(base + run, base + x);
        run = -1;
      }
    }
    return run;
  }
}

/** Least change of the logit from pixel to pixel at which rounding cannot turn its direction, so that it crosses a threshold once. */
const leastSlope = 1e-5;

/**
 * The first pixel of a row of a cell that is not on the side of the threshold where `left` is, between two lines of the grid; the cell's end if
 * there is none. Guessed, then corrected by the very sums that a visit to every pixel would make.
 */
function turnOf({ start, weights, leastStep }: TapTable, cell: number, left: number, right: number, threshold: number) {
  const from = start[cell] as number;
  const to = start[cell + 1] as number;
  const begins = left > threshold;
  if (right > threshold === begins) return to;
  const share = (threshold - left) / (right - left) - (weights[3 * from + 1] as number);
  let turn = Math.min(to, Math.max(from, from + Math.ceil(share / (leastStep[cell] as number))));
  while (turn > from && mix(weights, turn - 1, left, right) > threshold !== begins) turn--;
  while (turn < to && mix(weights, turn, left, right) > threshold === begins) turn++;
  return turn;
}

function mix(weights: Float32Array, x: number, left: number, right: number): number {
  return (weights[3 * x] as number) * left + (weights[3 * x + 1] as number) * right;
}
