import type { Box } from '../core/box.js';
import type { Mask } from '../core/mask.js';
import { maskFromRuns, RunBuilder } from '../core/mask.js';
import type { TapTable } from './logit-taps.js';
import { tapTable } from './logit-taps.js';
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

/** Distance of the two stability thresholds from 0. */
const stabilityOffset = 1;

/**
 * Thresholds a logit map at image size, without making the full-size logits. An interpolated value is a mix of the few grid values
 * around it: where all of those lie on one side of a threshold, so does every pixel of that cell. Only the other cells, those on an
 * outline, are interpolated, once for all three thresholds.
 */
export function thresholdLogits(map: LogitMap, { imageWidth, imageHeight, window }: LogitWindow): ThresholdedMask {
  const columns = tapTable(window.width, map.columns, map.columnsPerPixel, map.frame && axisOf(map.frame, 'width'));
  const rows = tapTable(window.height, map.rows, map.rowsPerPixel, map.frame && axisOf(map.frame, 'height'));
  const pass = new ThresholdPass(map, columns, rows);
  for (let band = 0; band < rows.cells; band++) {
    if (!pass.classify(band)) continue;
    for (let y = rows.start[band] as number; y < (rows.start[band + 1] as number); y++) {
      pass.visitRow(band, y, (window.y + y) * imageWidth + window.x);
    }
  }
  return {
    mask: maskFromRuns(imageWidth, imageHeight, pass.runs.finish()),
    stabilityScore: pass.inner / pass.outer,
  };
}

function axisOf(frame: NonNullable<LogitMap['frame']>, side: 'width' | 'height') {
  return { pixels: frame[side], linesPerPixel: frame.linesPerPixel };
}

/** Where all pixels of a span lie: below −offset, up to 0, up to +offset, above it; or on both sides of a threshold. */
const below = 0;
const nearOutside = 1;
const nearInside = 2;
const above = 3;
const mixed = 4;

/** The state of one map's pass: spans of the current band of rows, areas so far, the runs of the mask. */
class ThresholdPass {
  readonly runs = new RunBuilder();
  /** Pixels above +offset and above −offset. */
  inner = 0;
  outer = 0;
  readonly #columns: TapTable;
  readonly #rows: TapTable;
  readonly #logits: Float32Array;
  readonly #width: number;
  /** Least and greatest logit per grid column over the band. */
  readonly #low: Float32Array;
  readonly #high: Float32Array;
  /** Neighbouring cells of one kind make one span; a mixed cell stays by itself. */
  readonly #spanKind: Uint8Array;
  readonly #spanEnd: Uint32Array;
  readonly #spanCell: Uint32Array;
  #spans = 0;
  /** Grid columns interpolated at the pixel row that #filled names. */
  readonly #row: Float32Array;
  readonly #filled: Int32Array;

  constructor(map: LogitMap, columns: TapTable, rows: TapTable) {
    this.#columns = columns;
    this.#rows = rows;
    this.#logits = map.logits;
    this.#width = map.columns;
    this.#low = new Float32Array(map.columns);
    this.#high = new Float32Array(map.columns);
    this.#row = new Float32Array(map.columns);
    this.#filled = new Int32Array(map.columns).fill(-1);
    this.#spanKind = new Uint8Array(columns.cells);
    this.#spanEnd = new Uint32Array(columns.cells);
    this.#spanCell = new Uint32Array(columns.cells);
  }

  /** Sorts the cells of a band of rows into spans; false if all lie below every threshold. */
  classify(band: number): boolean {
    this.#rangeOfColumns(band);
    const { cells, first, taps, start } = this.#columns;
    this.#spans = 0;
    for (let cell = 0; cell < cells; cell++) {
      const column = first[cell] as number;
      let low = this.#low[column] as number;
      let high = this.#high[column] as number;
      for (let tap = 1; tap < (taps[cell] as number); tap++) {
        low = Math.min(low, this.#low[column + tap] as number);
        high = Math.max(high, this.#high[column + tap] as number);
      }
      const kind = kindOf(low);
      this.#addSpan(kind === kindOf(high) ? kind : mixed, start[cell + 1] as number, cell);
    }
    return this.#spans > 1 || this.#spanKind[0] !== below;
  }

  #rangeOfColumns(band: number): void {
    const first = this.#rows.first[band] as number;
    const width = this.#width;
    for (let tap = 0; tap < (this.#rows.taps[band] as number); tap++) {
      const start = (first + tap) * width;
      for (let column = 0; column < width; column++) {
        const logit = this.#logits[start + column] as number;
        if (tap === 0 || logit < (this.#low[column] as number)) this.#low[column] = logit;
        if (tap === 0 || logit > (this.#high[column] as number)) this.#high[column] = logit;
      }
    }
  }

  #addSpan(kind: number, end: number, cell: number): void {
    if (kind === mixed || this.#spans === 0 || this.#spanKind[this.#spans - 1] !== kind) {
      this.#spanKind[this.#spans] = kind;
      this.#spanCell[this.#spans] = cell;
      this.#spans++;
    }
    this.#spanEnd[this.#spans - 1] = end;
  }

  /** Counts one row of pixels and adds its runs; `base` is the flat index of its first pixel. */
  visitRow(band: number, y: number, base: number): void {
    let runStart = -1;
    let from = 0;
    for (let span = 0; span < this.#spans; span++) {
      const to = this.#spanEnd[span] as number;
      const kind = this.#spanKind[span] as number;
      if (kind === mixed) {
        runStart = this.#visitMixed(band, y, this.#spanCell[span] as number, base, runStart);
      } else {
        if (kind !== below) this.outer += to - from;
        if (kind === above) this.inner += to - from;
        if (kind >= nearInside && runStart < 0) runStart = from;
        if (kind < nearInside && runStart >= 0) {
          this.runs.add(base + runStart, base + from);
          runStart = -1;
        }
      }
      from = to;
    }
    if (runStart >= 0) this.runs.add(base + runStart, base + from);
  }

  /** Interpolates the pixels of one cell. Takes and returns where the current run began, or -1. */
  #visitMixed(band: number, y: number, cell: number, base: number, runStart: number): number {
    const { first, taps, start, weights } = this.#columns;
    const column = first[cell] as number;
    const count = taps[cell] as number;
    for (let tap = 0; tap < count; tap++) this.#mixColumn(band, y, column + tap);
    let run = runStart;
    for (let x = start[cell] as number; x < (start[cell + 1] as number); x++) {
      let logit = 0;
      for (let tap = 0; tap < count; tap++) {
        logit += (weights[3 * x + tap] as number) * (this.#row[column + tap] as number);
      }
      if (logit > -stabilityOffset) this.outer++;
      if (logit > stabilityOffset) this.inner++;
      if (logit > 0) {
        if (run < 0) run = x;
      } else if (run >= 0) {
        this.runs.add(base + run, base + x);
        run = -1;
      }
    }
    return run;
  }

  /** Interpolates one grid column at pixel row `y`, once per row. */
  #mixColumn(band: number, y: number, column: number): void {
    if (this.#filled[column] === y) return;
    this.#filled[column] = y;
    const { first, taps, weights } = this.#rows;
    let value = 0;
    for (let tap = 0; tap < (taps[band] as number); tap++) {
      const logit = this.#logits[((first[band] as number) + tap) * this.#width + column] as number;
      value += (weights[3 * y + tap] as number) * logit;
    }
    this.#row[column] = value;
  }
}

function kindOf(logit: number): number {
  if (logit > 0) return logit > stabilityOffset ? above : nearInside;
  return logit > -stabilityOffset ? nearOutside : below;
}
