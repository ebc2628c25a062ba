import { triangleTaps } from './triangle-taps.js';

/** One channel of 8-bit pixels, row-major. */
export interface ByteImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Pillow's fixed-point weights have this many binary digits after the point. */
const weightBits = 22;
const half = 1 << (weightBits - 1);

/**
 * Resizes 8-bit pixels as Pillow 13's bilinear filter does, bit for bit: a triangle that widens when shrinking, fixed-point weights,
 * rounding to 8 bits after each direction. Meta's predictor resizes with it, and its encoder notices the difference.
 */
export function resizeBytes(image: ByteImage, width: number, height: number): ByteImage {
  return columnsFirst(image, width, height)
    ? filterRows(filterColumns(image, height), width)
    : filterColumns(filterRows(image, width), height);
}

/**
 * The order of the directions shows by a grey level, as each rounds. Pillow 13 begins with the columns where the height loses more
 * than twice the pixels that the width does; older versions always begin with the rows.
 */
function columnsFirst(image: ByteImage, width: number, height: number): boolean {
  return image.height - height > Math.max(0, 2 * (image.width - width));
}

interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

function fixedPointTaps(from: number, to: number): Taps[] {
  return triangleTaps(from, to).map(({ first, weights }) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const fixed = Int32Array.from(weights, (weight) => Math.trunc(0.5 + (weight / total) * 2 ** weightBits));
    return { first, weights: fixed };
  });
}

function filterRows(image: ByteImage, width: number): ByteImage {
  const { width: from, height, pixels } = image;
  if (width === from) return image;
  const columns = fixedPointTaps(from, width);
  const out = new Uint8Array(width * height);
  for (let x = 0; x < width; x++) {
    const { first, weights } = columns[x] as Taps;
    for (let y = 0; y < height; y++) {
      let sum = half;
      const start = y * from + first;
      for (let tap = 0; tap < weights.length; tap++) {
        sum += (pixels[start + tap] as number) * (weights[tap] as number);
      }
      out[y * width + x] = Math.min(255, sum >> weightBits);
    }
  }
  return { width, height, pixels: out };
}

function filterColumns(image: ByteImage, height: number): ByteImage {
  const { width, height: from, pixels } = image;
  if (height === from) return image;
  const rows = fixedPointTaps(from, height);
  const out = new Uint8Array(width * height);
  const sums = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y] as Taps;
    sums.fill(half);
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = weights[tap] as number;
      const start = (first + tap) * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + weight * (pixels[start + x] as number);
    }
    for (let x = 0; x < width; x++) out[y * width + x] = Math.min(255, (sums[x] as number) >> weightBits);
  }
  return { width, height, pixels: out };
}
