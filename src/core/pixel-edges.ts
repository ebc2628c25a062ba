/** A corner of the pixel grid: (0, 0) is the upper left corner of the first pixel. */
export type Corner = readonly [x: number, y: number];

/** Lines along the edges of pixels. */
export class PixelEdges {
  readonly #stride: number;
  /** For each corner the corners that an edge leads to. */
  readonly #links = new Map<number, number[]>();

  /** Of an image that is so many pixels wide. */
  constructor(width: number) {
    this.#stride = width + 1;
  }

  /** The edge to the left of the pixel (x, y). */
  addLeftOf(x: number, y: number): void {
    this.#link(this.#corner(x, y), this.#corner(x, y + 1));
  }

  /** The edge above the pixel (x, y). */
  addAbove(x: number, y: number): void {
    this.#link(this.#corner(x, y), this.#corner(x + 1, y));
  }

  /** The edges joined into lines, each as long as it goes without a fork; a closed line ends where it begins. Empties this. */
  takeLines(): Corner[][] {
    const lines: Corner[][] = [];
    const isEnd = (corner: number): boolean => this.#degree(corner) !== 2;
    const ends = [...this.#links.keys()].filter(isEnd);
    for (const end of ends) while (this.#degree(end) > 0) lines.push(this.#walk(end, isEnd));
    for (const corner of this.#links.keys()) if (this.#degree(corner) > 0) lines.push(this.#walk(corner, () => false));
    this.#links.clear();
    return lines;
  }

  #walk(start: number, isEnd: (corner: number) => boolean): Corner[] {
    // Whether a corner is a fork is to be seen before its edges are taken.
    const line = [start];
    for (let corner = start; ;) {
      const next = this.#links.get(corner)?.[0];
      if (next === undefined) break;
      const stops = isEnd(next);
      this.#unlink(corner, next);
      line.push(next);
      if (stops || next === start) break;
      corner = next;
    }
    return line.map((corner) => [corner % this.#stride, Math.floor(corner / this.#stride)]);
  }

  #corner(x: number, y: number): number {
    return y * this.#stride + x;
  }

  #degree(corner: number): number {
    return this.#links.get(corner)?.length ?? 0;
  }

  #link(from: number, to: number): void {
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      const links = this.#links.get(a);
      if (links === undefined) this.#links.set(a, [b]);
      else links.push(b);
    }
  }

  #unlink(from: number, to: number): void {
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      const links = this.#links.get(a) ?? [];
      links.splice(links.indexOf(b), 1);
    }
  }
}

/** The area that a closed line encloses, in square pixels. */
export function enclosedArea(line: readonly Corner[]): number {
  let twice = 0;
  for (let i = 0; i + 1 < line.length; i++) {
    const [[x, y], [nextX, nextY]] = [line[i] as Corner, line[i + 1] as Corner];
    twice += x * nextY - nextX * y;
  }
  return Math.abs(twice) / 2;
}

/** Fewer points for the same line, none of the others farther from it than `tolerance` pixels (Douglas and Peucker). */
export function simplifyLine(line: readonly Corner[], tolerance: number): Corner[] {
  const last = line.length - 1;
  const keep = new Uint8Array(line.length);
  keep[0] = keep[last] = 1;
  const parts: [number, number][] = [[0, last]];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const [from, to] = part;
    let farthest = from;
    let most = tolerance;
    for (let i = from + 1; i < to; i++) {
      const distance = distanceTo(line[i] as Corner, line[from] as Corner, line[to] as Corner);
      if (distance > most) [most, farthest] = [distance, i];
    }
    if (farthest === from) continue;
    keep[farthest] = 1;
    parts.push([from, farthest], [farthest, to]);
  }
  return line.filter((_, index) => keep[index] === 1);
}

/** Length along a line, in pixels. */
export function lineLength(line: readonly Corner[]): number {
  let length = 0;
  for (let i = 1; i < line.length; i++) {
    const [[x, y], [nextX, nextY]] = [line[i - 1] as Corner, line[i] as Corner];
    length += Math.hypot(nextX - x, nextY - y);
  }
  return length;
}

function distanceTo([x, y]: Corner, [fromX, fromY]: Corner, [toX, toY]: Corner): number {
  const [alongX, alongY] = [toX - fromX, toY - fromY];
  const square = alongX * alongX + alongY * alongY;
  const share = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - fromX) * alongX + (y - fromY) * alongY) / square));
  return Math.hypot(x - fromX - share * alongX, y - fromY - share * alongY);
}
