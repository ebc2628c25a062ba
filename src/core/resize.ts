import type { GreyImage } from './micrograph.js';
import { triangleTaps } from './triangle-taps.js';

/**
 * Resizes with a triangle filter that widens when shrinking (antialiased bilinear, half-pixel centres), the filter with which
 * the models see their training images.
 */
export function resizeGrey(image: GreyImage, width: number, height: number): GreyImage {
  return resample(image, width, height, triangleWeights);
}

/**
 * Enlarges by cubic convolution (half-pixel centres, a = −1/2; Keys 1981), the result clipped to [0, 1]. The triangle filter of {@link resizeGrey}
 * smooths between pixels but not on them, which turns noise into a pattern that the models take for a texture.
 */
export function enlargeGrey(image: GreyImage, width: number, height: number): GreyImage {
  if (width === image.width && height === image.height) return image;
  const { grey } = resample(image, width, height, cubicTaps);
  return { width, height, grey: grey.map((value) => Math.min(1, Math.max(0, value))) };
}

/** Extends an image to the right and below by repeating its last column and row. */
export function padByRepeating(image: GreyImage, width: number, height: number): GreyImage {
  if (width === image.width && height === image.height) return image;
  const grey = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const source = Math.min(y, image.height - 1) * image.width;
    const target = y * width;
    grey.set(image.grey.subarray(source, source + image.width), target);
    grey.fill(image.grey[source + image.width - 1] as number, target + image.width, target + width);
  }
  return { width, height, grey };
}

/** A window of an image, which must lie inside it. */
export function cropGrey(image: GreyImage, x: number, y: number, width: number, height: number): GreyImage {
  if (x === 0 && y === 0 && width === image.width && height === image.height) return image;
  const grey = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (y + row) * image.width + x;
    grey.set(image.grey.subarray(start, start + width), row * width);
  }
  return { width, height, grey };
}

interface Taps {
  readonly first: number;
  readonly weights: Float32Array;
}

/** Each direction by the taps of its own lines. */
function resample(image: GreyImage, width: number, height: number, tapsOf: (from: number, to: number) => Taps[]) {
  if (width === image.width && height === image.height) return image;
  const across = filterRows(image, tapsOf(image.width, width), width);
  return { width, height, grey: filterColumns(across, width, tapsOf(image.height, height), height) };
}

function triangleWeights(from: number, to: number): Taps[] {
  return triangleTaps(from, to).map(({ first, weights }) => ({ first, weights: sumToOne(Float32Array.from(weights)) }));
}

/** Four pixels each; fewer at the border. */
function cubicTaps(from: number, to: number): Taps[] {
  return Array.from({ length: to }, (_, at) => {
    const centre = ((at + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.floor(centre) - 1);
    const end = Math.min(from, Math.floor(centre) + 3);
    const weights = Float32Array.from({ length: end - first }, (__, tap) => cubic(Math.abs(first + tap - centre)));
    return { first, weights: sumToOne(weights) };
  });
}

/** The cubic convolution kernel at a distance of `d` pixels, at most 2. */
function cubic(d: number): number {
  return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
}

function sumToOne(weights: Float32Array): Float32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function filterRows(image: GreyImage, columns: readonly Taps[], width: number): Float32Array {
  const out = new Float32Array(width * image.height);
  for (let y = 0; y < image.height; y++) {
    const row = y * image.width;
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x] as Taps;
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) {
        sum += (image.grey[row + first + tap] as number) * (weights[tap] as number);
      }
      out[y * width + x] = sum;
    }
  }
  return out;
}

function filterColumns(grey: Float32Array, width: number, rows: readonly Taps[], height: number): Float32Array {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y] as Taps;
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = weights[tap] as number;
      const source = (first + tap) * width;
      for (let x = 0; x < width; x++) {
        out[y * width + x] = (out[y * width + x] as number) + weight * (grey[source + x] as number);
      }
    }
  }
  return out;
}
