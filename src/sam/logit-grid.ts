import type { TapTable } from './logit-taps.js';
import type { LogitMap } from './sam-model.js';

/** Distance of the two stability thresholds from 0. */
export const stabilityOffset = 1;

/**
 * On which sides of the thresholds −offset, 0 and +offset values lie: bits 0 to 2 where some are above, bits 3 to 5 where some are
 * not. The sides of several values are the OR of theirs.
 */
export const aboveLow = 1;

/** Bit of a side: the logit is above the threshold. */
export const aboveZero = 2;

/** Bit of a side: the logit is above the threshold by more than the stability offset. */
export const aboveHigh = 4;

/** Bits of a side: the logit is not above any of the three thresholds. */
export const belowAll = 0b111_000;
const notAboveShift = 3;

function sidesOf(logit: number): number {
  if (logit > 0) return logit > stabilityOffset ? 0b000_111 : 0b100_011;
  return logit > -stabilityOffset ? 0b110_001 : belowAll;
}

/** Thresholds on both sides of which values lie, as bits 0 to 2. */
export function straddled(sides: number): number {
  return sides & (sides >> notAboveShift);
}

/** A map's grid against the thresholds, and what is known of the cells between its columns in the band of rows at hand. */
export interface LogitGrid {
  readonly table: TapTable;
  /** Of every grid value. */
  readonly sides: Uint8Array;
  /** Of every grid column over the band. */
  readonly columnSides: Uint8Array;
  /** Neighbouring cells on the same sides make one span; a cell on both sides of a threshold stays by itself. */
  spans: number;
  readonly spanSides: Uint8Array;
  readonly spanEnd: Uint32Array;
  readonly spanCell: Uint32Array;
  /** The grid columns next to cells on both sides of a threshold, and their logits at one row of pixels. */
  needed: number;
  readonly neededColumns: Uint32Array;
  readonly values: Float32Array;
}

/** Room for the spans of one mask; used again for the next one. */
export function logitGrid(table: TapTable, rows: number, columns: number): LogitGrid {
  return {
    table,
    sides: new Uint8Array(rows * columns),
    columnSides: new Uint8Array(columns),
    spans: 0,
    spanSides: new Uint8Array(table.cells),
    spanEnd: new Uint32Array(table.cells),
    spanCell: new Uint32Array(table.cells),
    needed: 0,
    neededColumns: new Uint32Array(columns),
    values: new Float32Array(columns),
  };
}

/** Takes down on which sides of the thresholds each logit lies. */
export function fillSides({ sides }: LogitGrid, { logits }: LogitMap): void {
  for (let at = 0; at < sides.length; at++) sides[at] = sidesOf(logits[at] as number);
}

/** Finds the spans of one band of rows in which a pixel may lie on either side of a threshold. */
export function findSpans(grid: LogitGrid, { columns }: LogitMap, rows: TapTable, band: number): void {
  joinRows(grid, (rows.first[band] as number) * columns, rows.taps[band] as number);
  const { columnSides, spanSides, spanEnd, spanCell, neededColumns } = grid;
  const { first, taps, start, cells } = grid.table;
  let spans = 0;
  let needed = 0;
  let nextNeeded = 0;
  let last = 0;
  for (let cell = 0; cell < cells; cell++) {
    const column = first[cell] as number;
    const end = column + (taps[cell] as number);
    let sides = columnSides[column] as number;
    for (let other = column + 1; other < end; other++) sides |= columnSides[other] as number;
    const crosses = straddled(sides) !== 0;
    if (crosses || sides !== last) {
      spanSides[spans] = sides;
      spanCell[spans] = cell;
      spans++;
    }
    spanEnd[spans - 1] = start[cell + 1] as number;
    last = sides;
    if (!crosses) continue;
    for (nextNeeded = Math.max(nextNeeded, column); nextNeeded < end; nextNeeded++) {
      neededColumns[needed++] = nextNeeded;
    }
  }
  grid.spans = spans;
  grid.needed = needed;
}

function joinRows({ sides, columnSides }: LogitGrid, start: number, taps: number): void {
  const columns = columnSides.length;
  for (let column = 0; column < columns; column++) columnSides[column] = sides[start + column] as number;
  for (let tap = 1; tap < taps; tap++) {
    const row = start + tap * columns;
    for (let column = 0; column < columns; column++) {
      columnSides[column] = (columnSides[column] as number) | (sides[row + column] as number);
    }
  }
}

/** Interpolates the needed grid columns at a row of pixels. */
export function mixRows(grid: LogitGrid, map: LogitMap, rows: TapTable, band: number, row: number): void {
  const { needed, neededColumns, values } = grid;
  const { logits, columns } = map;
  const start = (rows.first[band] as number) * columns;
  const taps = rows.taps[band] as number;
  const { weights } = rows;
  for (let at = 0; at < needed; at++) {
    const column = neededColumns[at] as number;
    let value = (weights[3 * row] as number) * (logits[start + column] as number);
    for (let tap = 1; tap < taps; tap++) {
      value += (weights[3 * row + tap] as number) * (logits[start + tap * columns + column] as number);
    }
    values[column] = value;
  }
}

/** The logit of a pixel of a cell. */
export function mixColumns({ first, taps, weights }: TapTable, cell: number, x: number, values: Float32Array): number {
  const column = first[cell] as number;
  let logit = 0;
  for (let tap = 0; tap < (taps[cell] as number); tap++) {
    logit += (weights[3 * x + tap] as number) * (values[column + tap] as number);
  }
  return logit;
}
