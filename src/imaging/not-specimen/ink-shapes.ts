import type { Box } from '../../core/box.js';
import { connectedComponents } from '../../core/connected-components.js';
import { forEachRowRun, type Mask, maskFromBitmap } from '../../core/mask.js';
import type { Ink } from './ink-levels.js';
import type { LevelImage } from './levels.js';

/** A connected piece of one ink, and how much it looks drawn. */
export interface InkShape {
  readonly mask: Mask;
  readonly box: Box;
  /** Share of its pixels that are nearly of the very same grey, in [0, 1]. */
  readonly flat: number;
  /** How much of the step to its surroundings is made within two pixels, in [0, 1]: drawn edges are sharp, the beam's are not. */
  readonly sharp: number;
  /** Mean step to its surroundings, in levels. */
  readonly contrast: number;
  /** Half of its largest width, in pixels (chessboard distance). */
  readonly radius: number;
  /** Its box without single pixels that stick out: what lies beside a drawn box may have its grey by chance. */
  readonly core: Box;
  /** Share of the core box that it fills, in [0, 1]. */
  readonly fill: number;
  /** Share of the four sides of the core box that it fills, the worst of them, in [0, 1]. */
  readonly sides: number;
}

/** Smaller pieces are dots at most. */
const leastAreaPx = 6;
/** More pieces than this are a specimen with many saturated spots, and take too long. */
const mostShapes = 6000;
/** Pieces that are less flat (see {@link InkShape}) are not drawn, and not looked at. */
const leastFlat = 0.3;
const margin = 5;

/** The pieces of one ink that are small enough to be drawn. `isLeftOut`: 1 where nobody looks. */
export function inkShapes(image: LevelImage, ink: Ink, isLeftOut: Uint8Array): InkShape[] {
  const { width, height, levels } = image;
  const bitmap = levels.map((level, at) =>
    isLeftOut[at] === 0 && Math.abs(level - ink.level) <= ink.tolerance ? 1 : 0,
  );
  const pieces = connectedComponents(maskFromBitmap(width, height, bitmap), 8).filter(
    ({ areaPx, box }) => areaPx >= leastAreaPx && isSmall(box, image),
  );
  if (pieces.length > mostShapes) return [];
  return pieces.flatMap((mask) => {
    const flat = flatShare(image, ink, mask);
    return flat < leastFlat ? [] : [{ flat, ...describe(image, ink, mask) }];
  });
}

function isSmall(box: Box, { width, height }: LevelImage): boolean {
  return box.width <= 0.7 * width && box.height <= 0.7 * height && box.width * box.height <= 0.2 * width * height;
}

function describe(image: LevelImage, ink: Ink, mask: Mask): Omit<InkShape, 'flat'> {
  const { box } = mask;
  const local = localBitmap(mask);
  const outside = distances(local, 0);
  const inside = distances(local, 1);
  const rim = rimSteps(image, ink, box, local, outside);
  const core = coreOf(box, local);
  return {
    mask,
    box,
    core,
    fill: Math.min(1, mask.areaPx / (core.width * core.height)),
    sides: sidesOf(core, box, local),
    sharp: rim.far === 0 ? 0 : Math.min(1, rim.near / rim.far),
    contrast: rim.far,
    radius: inside.reduce((most, value) => Math.max(most, value), 0),
  };
}

/** A piece of a mask, with a margin around it. */
interface LocalBitmap {
  readonly columns: number;
  readonly rows: number;
  readonly bits: Uint8Array;
}

function localBitmap(mask: Mask): LocalBitmap {
  const { box } = mask;
  const [columns, rows] = [box.width + 2 * margin, box.height + 2 * margin];
  const bits = new Uint8Array(columns * rows);
  forEachRowRun(mask, (start, end, row) => {
    const from = (row - box.y + margin) * columns + margin + (start - row * mask.width) - box.x;
    bits.fill(1, from, from + end - start);
  });
  return { columns, rows, bits };
}

/** Chessboard distance of each pixel of one kind (`of`) to the nearest of the other, at most 255; 0 for pixels of the other kind. */
function distances({ columns, rows, bits }: LocalBitmap, of: 0 | 1): Uint8Array {
  const distance = Uint8Array.from(bits, (bit) => (bit === of ? 255 : 0));
  const lower = (at: number, ...neighbours: readonly number[]): void => {
    if (distance[at] === 0) return;
    const nearest = Math.min(...neighbours.map((neighbour) => distance[neighbour] ?? 255));
    distance[at] = Math.min(distance[at] as number, nearest + 1, 255);
  };
  for (let y = 1; y < rows; y++) {
    for (let x = 1; x + 1 < columns; x++) {
      const at = y * columns + x;
      lower(at, at - 1, at - columns - 1, at - columns, at - columns + 1);
    }
  }
  for (let y = rows - 2; y >= 0; y--) {
    for (let x = columns - 2; x > 0; x--) {
      const at = y * columns + x;
      lower(at, at + 1, at + columns + 1, at + columns, at + columns - 1);
    }
  }
  return distance;
}

/** Mean steps from the ink to what lies two, and four pixels outside. */
function rimSteps(
  { width, height, levels }: LevelImage,
  ink: Ink,
  box: Box,
  { columns, rows }: LocalBitmap,
  outside: Uint8Array,
): { readonly near: number; readonly far: number } {
  const sums = [0, 0];
  const counts = [0, 0];
  for (let y = 0; y < rows; y++) {
    const row = box.y + y - margin;
    if (row < 0 || row >= height) continue;
    for (let x = 0; x < columns; x++) {
      const ring = [2, 4].indexOf(outside[y * columns + x] as number);
      const column = box.x + x - margin;
      if (ring < 0 || column < 0 || column >= width) continue;
      sums[ring] = (sums[ring] as number) + Math.abs((levels[row * width + column] as number) - ink.level);
      counts[ring] = (counts[ring] as number) + 1;
    }
  }
  const mean = (ring: 0 | 1): number => (sums[ring] as number) / Math.max(1, counts[ring] as number);
  return { near: mean(0), far: mean(1) };
}

const sameGrey = 6;

function flatShare({ levels }: LevelImage, ink: Ink, mask: Mask): number {
  let count = 0;
  forEachRowRun(mask, (start, end) => {
    for (let at = start; at < end; at++) if (Math.abs((levels[at] as number) - ink.level) <= sameGrey) count++;
  });
  return count / mask.areaPx;
}

/** A side of a box of which less is filled is only what sticks out. */
const leastOfSide = 0.4;
const mostTrimmed = 6;

function coreOf(box: Box, local: LocalBitmap): Box {
  let core = box;
  for (let trimmed = 0; trimmed < mostTrimmed && core.width > 2 && core.height > 2; trimmed++) {
    const [top, bottom, left, right] = sideShares(core, box, local).map((share) => (share < leastOfSide ? 1 : 0)) as [
      number,
      number,
      number,
      number,
    ];
    if (top + bottom + left + right === 0) break;
    core = {
      x: core.x + left,
      y: core.y + top,
      width: core.width - left - right,
      height: core.height - top - bottom,
    };
  }
  return core;
}

function sidesOf(core: Box, box: Box, local: LocalBitmap): number {
  return Math.min(...sideShares(core, box, local));
}

/** Share of each side of a box that is filled: top, bottom, left, right. */
function sideShares(inner: Box, box: Box, { columns, bits }: LocalBitmap): number[] {
  const [x0, y0] = [inner.x - box.x + margin, inner.y - box.y + margin];
  const [x1, y1] = [x0 + inner.width - 1, y0 + inner.height - 1];
  const share = (length: number, bit: (along: number) => number | undefined): number => {
    let count = 0;
    for (let along = 0; along < length; along++) count += bit(along) ?? 0;
    return count / length;
  };
  return [
    share(inner.width, (x) => bits[y0 * columns + x0 + x]),
    share(inner.width, (x) => bits[y1 * columns + x0 + x]),
    share(inner.height, (y) => bits[(y0 + y) * columns + x0]),
    share(inner.height, (y) => bits[(y0 + y) * columns + x1]),
  ];
}
