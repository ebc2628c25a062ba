import { type Mask, maskFromRuns, RunBuilder } from '../core/mask.js';

/** Rows that the edges of one outline may cross in all: far more than any drawing needs, and little enough to hold. */
const mostCrossings = 4_000_000;

/**
 * The pixels whose centres lie inside a closed outline, as a browser fills it (non-zero winding); what lies outside of the image is cut off.
 * Throws a RangeError for an outline with more edges than can be followed.
 *
 * @param outline corners as x, y, x, y, … in pixels, pixel corners at whole numbers; the last is joined to the first
 */
export function rasteriseOutline(outline: ArrayLike<number>, width: number, height: number): Mask {
  const crossings = collectCrossings(outline, height);
  const runs = new RunBuilder();
  for (let row = 0; row < height; row++) fillRow(crossings, row, width, runs);
  return maskFromRuns(width, height, runs.finish());
}

/** Where edges cross the middles of rows, row by row: `starts[row]` to `starts[row + 1]` are those of one row. */
interface Crossings {
  readonly starts: Uint32Array;
  readonly x: Float64Array;
  /** 1 for an edge that goes down, -1 for one that goes up. */
  readonly winding: Int8Array;
}

type VisitEdge = (top: Corner, bottom: Corner, rows: readonly [first: number, end: number], winding: 1 | -1) => void;
type Corner = readonly [x: number, y: number];

function forEachEdge(outline: ArrayLike<number>, height: number, visit: VisitEdge): void {
  const corners = outline.length >> 1;
  for (let i = 0; i < corners; i++) {
    const next = (i + 1) % corners;
    const from: Corner = [outline[2 * i] as number, outline[2 * i + 1] as number];
    const to: Corner = [outline[2 * next] as number, outline[2 * next + 1] as number];
    const isDown = from[1] < to[1];
    const [top, bottom] = isDown ? [from, to] : [to, from];
    const first = Math.max(0, Math.ceil(top[1] - 0.5));
    const end = Math.min(height, Math.ceil(bottom[1] - 0.5));
    if (end > first) visit(top, bottom, [first, end], isDown ? 1 : -1);
  }
}

function collectCrossings(outline: ArrayLike<number>, height: number): Crossings {
  const starts = new Uint32Array(height + 1);
  let total = 0;
  forEachEdge(outline, height, (_top, _bottom, [first, end]) => {
    total += end - first;
    if (total > mostCrossings) throw new RangeError('its outline has too many edges to be measured');
    for (let row = first; row < end; row++) starts[row + 1] = (starts[row + 1] as number) + 1;
  });
  for (let row = 0; row < height; row++) starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
  const next = starts.slice(0, height);
  const [x, winding] = [new Float64Array(total), new Int8Array(total)];
  forEachEdge(outline, height, (top, bottom, [first, end], direction) => {
    const slope = (bottom[0] - top[0]) / (bottom[1] - top[1]);
    for (let row = first; row < end; row++) {
      const at = next[row] as number;
      next[row] = at + 1;
      x[at] = top[0] + (row + 0.5 - top[1]) * slope;
      winding[at] = direction;
    }
  });
  return { starts, x, winding };
}

function fillRow({ starts, x, winding }: Crossings, row: number, width: number, runs: RunBuilder): void {
  const from = starts[row] as number;
  const count = (starts[row + 1] as number) - from;
  if (count === 0) return;
  const order = Uint32Array.from({ length: count }, (_, i) => from + i);
  if (count === 2 && (x[from] as number) > (x[from + 1] as number)) order.reverse();
  else if (count > 2) order.sort((a, b) => (x[a] as number) - (x[b] as number));
  let turns = 0;
  let enteredAt = 0;
  for (const at of order) {
    if (turns === 0) enteredAt = x[at] as number;
    turns += winding[at] as number;
    if (turns === 0) runs.add(row * width + columnAt(enteredAt, width), row * width + columnAt(x[at] as number, width));
  }
}

/** The first column whose middle is not left of `x`. */
function columnAt(x: number, width: number): number {
  return Math.min(width, Math.max(0, Math.ceil(x - 0.5)));
}
