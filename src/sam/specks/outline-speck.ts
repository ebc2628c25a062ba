import type { Mask } from '../../core/mask.js';
import type { GreyImage } from '../../core/micrograph.js';
import { thresholdLogits } from '../logit-threshold.js';
import type { Speck } from './find-specks.js';

/** How far from its centre a speck may reach, in radii. */
const reach = 2;
/** Where its inside is for sure, and from where on its surroundings are. */
const insideTo = 0.6;
const aroundFrom = 1.4;
/** Of the surroundings, the level of this share of the pixels that are least like the speck: the others may be specks themselves. */
const backgroundShare = 0.3;
/** The outline lies where the grey has gone this far from the inside to the surroundings. */
const levelShare = 0.55;
/** Areas in those of a disc of the speck's radius. */
const leastSize = 0.2;
const mostSize = 2.5;
/** More of the farthest pixels than this share: it is part of something larger. */
const mostCut = 0.3;

/** The part of an image around a speck; distances are from the speck's centre, in radii. */
interface Surroundings {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
  readonly distances: Float32Array;
}

/**
 * A speck's outline where the grey is half way between its inside and its surroundings, as a mask of a field of `width`
 * × `height` pixels of which `image` is a smaller copy; undefined where that is no speck: it leaks away, or has another
 * size.
 */
export function outlineSpeck(
  image: GreyImage,
  speck: Speck,
  { width, height }: { readonly width: number; readonly height: number },
): Mask | undefined {
  const around = surroundingsOf(image, speck);
  const margins = marginsOf(around, Math.sign(speck.contrast));
  const part = partAround(margins, around);
  if (!isOneSpeck(part, around, speck.radius)) return undefined;
  const { left, top, columns, rows } = around;
  const [scaleX, scaleY] = [width / image.width, height / image.height];
  const [x, y] = [Math.round(left * scaleX), Math.round(top * scaleY)];
  const [right, bottom] = [Math.round((left + columns) * scaleX), Math.round((top + rows) * scaleY)];
  const window = { x, y, width: Math.min(width, right) - x, height: Math.min(height, bottom) - y };
  const perPixel = { columnsPerPixel: columns / window.width, rowsPerPixel: rows / window.height };
  const logits = margins.map((value, index) => (part[index] === 1 ? value : Math.min(value, -outsideMargin)));
  const { mask } = thresholdLogits(
    { logits, columns, rows, ...perPixel },
    { imageWidth: width, imageHeight: height, window },
  );
  return mask.areaPx === 0 ? undefined : mask;
}

/** What lies beyond the outline of a part stays there, whatever its grey. */
const outsideMargin = 1e-3;

function surroundingsOf(image: GreyImage, { x, y, radius }: Speck): Surroundings {
  const half = Math.ceil(reach * radius) + 1;
  const [left, top] = [Math.max(0, x - half), Math.max(0, y - half)];
  const columns = Math.min(image.width, x + half + 1) - left;
  const rows = Math.min(image.height, y + half + 1) - top;
  const blur = Math.max(1, Math.round(radius / 5));
  const values = new Float32Array(columns * rows);
  const distances = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = meanAround(image, left + column, top + row, blur);
      distances[row * columns + column] = Math.hypot(left + column - x, top + row - y) / radius;
    }
  }
  return { left, top, columns, rows, values, distances };
}

function meanAround({ width, height, grey }: GreyImage, x: number, y: number, half: number): number {
  const [left, right] = [Math.max(0, x - half), Math.min(width - 1, x + half)];
  const [top, bottom] = [Math.max(0, y - half), Math.min(height - 1, y + half)];
  let sum = 0;
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) sum += grey[row * width + column] as number;
  }
  return sum / ((right - left + 1) * (bottom - top + 1));
}

/** How far each pixel is on the speck's side of its level. */
function marginsOf({ values, distances }: Surroundings, sign: number): Float32Array {
  const signed = values.map((value) => sign * value);
  const inside = signed.filter((_, index) => (distances[index] as number) <= insideTo);
  const outside = signed.filter((_, index) => {
    const distance = distances[index] as number;
    return distance >= aroundFrom && distance <= reach;
  });
  const level = quantile(inside, 0.5) * (1 - levelShare) + quantile(outside, backgroundShare) * levelShare;
  return signed.map((value) => value - level);
}

function quantile(values: Float32Array, share: number): number {
  return values.sort()[Math.floor(share * values.length)] ?? 0;
}

/** 1 where the margin is above 0 and hangs together with the centre, as far as the speck may reach. */
function partAround(margins: Float32Array, { columns, distances }: Surroundings): Uint8Array {
  const part = new Uint8Array(margins.length);
  const enter = (index: number): void => {
    if (part[index] !== 0 || !((margins[index] ?? 0) > 0) || (distances[index] as number) > reach) return;
    part[index] = 1;
    open.push(index);
  };
  const open: number[] = [];
  enter(distances.indexOf(0));
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const column = index % columns;
    if (column > 0) enter(index - 1);
    if (column < columns - 1) enter(index + 1);
    enter(index - columns);
    enter(index + columns);
  }
  return part;
}

/** Whether a part has a speck's size and ends before the farthest pixels. */
function isOneSpeck(part: Uint8Array, { distances }: Surroundings, radius: number): boolean {
  const size = part.reduce((sum, each) => sum + each, 0) / (Math.PI * radius * radius);
  if (size < leastSize || size > mostSize) return false;
  let cut = 0;
  let rim = 0;
  distances.forEach((distance, index) => {
    if (distance > reach || distance <= reach - 1 / radius) return;
    rim++;
    cut += part[index] as number;
  });
  return cut <= mostCut * rim;
}
