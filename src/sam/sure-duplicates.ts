import { forEachRowRun, type Mask } from '../core/mask.js';
import { type TapTable, tapTables } from './logit-taps.js';
import type { LogitWindow } from './logit-threshold.js';
import type { LogitMap } from './sam-model.js';

/** Grid values above 0 and others; of a cell, the OR of those that its pixels are mixed from. */
const inside = 1;
const outside = 2;

interface CountedMask {
  readonly areaPx: number;
  /** Its pixels in every cell. */
  readonly counts: Uint32Array;
}

/**
 * Tells from a map at low resolution that its mask is a near duplicate of one that is kept already, where that is beyond doubt. A cell,
 * the pixels that are mixed from the same grid values, lies wholly in the mask or wholly outside where those values agree; with the pixels of
 * the kept mask in each cell counted, that bounds the IoU of the two from below, whatever the outline is inside its cells.
 */
export class SureDuplicates {
  readonly #place: LogitWindow;
  readonly #columns: TapTable;
  readonly #rows: TapTable;
  readonly #cellOfColumn: Uint32Array;
  readonly #cellOfRow: Uint32Array;
  readonly #sides: Uint8Array;
  readonly #kept: CountedMask[] = [];

  /** `like`: any map of the window; all others have its geometry. */
  constructor(place: LogitWindow, like: LogitMap) {
    const { columns, rows } = tapTables(like, place.window);
    this.#place = place;
    this.#columns = columns;
    this.#rows = rows;
    this.#cellOfColumn = cellsOf(columns);
    this.#cellOfRow = cellsOf(rows);
    this.#sides = new Uint8Array(rows.cells * columns.cells);
  }

  keep(mask: Mask): void {
    const { x, y } = this.#place.window;
    const counts = new Uint32Array(this.#sides.length);
    forEachRowRun(mask, (start, end, row) => {
      const first = (this.#cellOfRow[row - y] as number) * this.#columns.cells;
      const left = start - row * mask.width - x;
      for (let at = left; at < left + end - start;) {
        const column = this.#cellOfColumn[at] as number;
        const to = Math.min(left + end - start, this.#columns.start[column + 1] as number);
        counts[first + column] = (counts[first + column] as number) + to - at;
        at = to;
      }
    });
    this.#kept.push({ areaPx: mask.areaPx, counts });
  }

  /** Whether the map's mask overlaps a kept one by an IoU above `threshold` for sure; false leaves it open. */
  has(map: LogitMap, threshold: number): boolean {
    if (this.#kept.length === 0) return false;
    const { least, most } = readSides(map, this.#rows, this.#columns, this.#sides);
    const sides = this.#sides;
    return this.#kept.some(({ areaPx, counts }) => {
      if (!(Math.min(least, areaPx) / Math.max(most, areaPx) > threshold)) return false;
      let common = 0;
      let untouched = areaPx;
      for (let cell = 0; cell < counts.length; cell++) {
        const side = sides[cell] as number;
        if (side === outside) continue;
        const count = counts[cell] as number;
        untouched -= count;
        if (side === inside) common += count;
      }
      return common / (most + untouched) > threshold;
    });
  }
}

/** Fills in the sides of all cells; returns the least and the largest area that the map's mask can have. */
function readSides(map: LogitMap, rows: TapTable, columns: TapTable, sides: Uint8Array) {
  const ofColumn = new Uint8Array(map.columns);
  const { first, taps, start, cells } = columns;
  let least = 0;
  let most = 0;
  for (let band = 0; band < rows.cells; band++) {
    joinRows(map, rows.first[band] as number, rows.taps[band] as number, ofColumn);
    const height = sizeOf(rows, band);
    for (let cell = 0; cell < cells; cell++) {
      const column = first[cell] as number;
      const count = taps[cell] as number;
      let side = ofColumn[column] as number;
      for (let tap = 1; tap < count; tap++) side |= ofColumn[column + tap] as number;
      sides[band * cells + cell] = side;
      if (side === outside) continue;
      const area = height * ((start[cell + 1] as number) - (start[cell] as number));
      most += area;
      if (side === inside) least += area;
    }
  }
  return { least, most };
}

/** The sides of every column over some rows of the grid. */
function joinRows({ logits, columns }: LogitMap, row: number, count: number, ofColumn: Uint8Array): void {
  for (let column = 0; column < columns; column++) {
    let side = 0;
    const last = (row + count - 1) * columns + column;
    for (let at = row * columns + column; at <= last; at += columns)
      side |= (logits[at] as number) > 0 ? inside : outside;
    ofColumn[column] = side;
  }
}

function sizeOf({ start }: TapTable, cell: number): number {
  return (start[cell + 1] as number) - (start[cell] as number);
}

/** The cell of every pixel along an axis. */
function cellsOf({ start, cells }: TapTable): Uint32Array {
  const owner = new Uint32Array(start[cells] as number);
  for (let cell = 0; cell < cells; cell++) owner.fill(cell, start[cell], start[cell + 1]);
  return owner;
}
