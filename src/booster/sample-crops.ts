import { forEachRun, type Mask, pixelOfRank } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import type { SeededRandom } from '../core/seeded-random.js';

/** How many crops are taken of a mask, and how large. */
export interface CropOptions {
  /** K: crops per mask. */
  readonly cropsPerMask: number;
  /** m: side of a crop in pixels. */
  readonly cropSize: number;
  /** At least this share of a crop lies in the mask. */
  readonly minimumShare: number;
}

/** Crops of a micrograph, all of one size, and the mask that each was taken from. */
export interface SampledCrops {
  /** Grey values, crop after crop, row-major. */
  readonly crops: Float32Array;
  /** The pixel of the mask around which each crop was taken, as a flat index. */
  readonly centres: Uint32Array;
}

/** Each time that no place is found, the window shrinks by this factor, down to this share of the crop's side; then any place will do. */
const shrinkFactor = 0.7;
const smallestShare = 0.2;
const attemptsPerSide = 12;

/**
 * K random crops of m × m pixels of one mask (Algorithm 2), row-major, one after the other. A crop's centre is a pixel of the mask. Where
 * the mask is too narrow for a whole crop, a smaller window is taken and filled up by reflection, so that the neighbour stays out
 * and the scale of the texture stays the same.
 */
export function sampleCrops(image: GreyImage, mask: Mask, options: CropOptions, random: SeededRandom): SampledCrops {
  const coverage = coverageTable(mask);
  const crops = new Float32Array(options.cropsPerMask * options.cropSize ** 2);
  const centres = new Uint32Array(options.cropsPerMask);
  for (let crop = 0; crop < options.cropsPerMask; crop++) {
    const { centre, window } = findWindow(mask, coverage, options, random);
    centres[crop] = centre;
    copyReflected(image, window, options.cropSize, crops.subarray(crop * options.cropSize ** 2));
  }
  return { crops, centres };
}

interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Place {
  readonly centre: number;
  readonly window: Window;
}

/** Of a few windows around random pixels of the mask the one that lies deepest in it; smaller windows if none is deep enough. */
function findWindow(mask: Mask, coverage: CoverageTable, options: CropOptions, random: SeededRandom): Place {
  const anywhere = pixelOfRank(mask, 0);
  let best = { centre: anywhere, window: windowAround(mask, anywhere, options.cropSize) };
  let bestShare = 0;
  for (let side = options.cropSize; side >= smallestShare * options.cropSize; side = Math.floor(side * shrinkFactor)) {
    for (let attempt = 0; attempt < attemptsPerSide && bestShare < 1; attempt++) {
      const centre = pixelOfRank(mask, Math.floor(random() * mask.areaPx));
      const window = windowAround(mask, centre, side);
      const share = coveredPixels(coverage, window) / (window.width * window.height);
      if (share > bestShare) [best, bestShare] = [{ centre, window }, share];
    }
    if (bestShare >= options.minimumShare) break;
  }
  return best;
}

/** A window of the given side around a pixel, moved (and at need cut) to lie in the image. */
function windowAround(mask: Mask, pixel: number, side: number): Window {
  const width = Math.min(side, mask.width);
  const height = Math.min(side, mask.height);
  const x = (pixel % mask.width) - (width >> 1);
  const y = Math.floor(pixel / mask.width) - (height >> 1);
  return {
    x: Math.min(Math.max(x, 0), mask.width - width),
    y: Math.min(Math.max(y, 0), mask.height - height),
    width,
    height,
  };
}

/** Copies a window into a square of `side` pixels, mirrored at its own edges as often as needed. */
function copyReflected(image: GreyImage, window: Window, side: number, target: Float32Array): void {
  for (let y = 0; y < side; y++) {
    const row = (window.y + reflect(y, window.height)) * image.width + window.x;
    for (let x = 0; x < side; x++) target[y * side + x] = image.grey[row + reflect(x, window.width)] as number;
  }
}

function reflect(position: number, length: number): number {
  const folded = position % (2 * length);
  return folded < length ? folded : 2 * length - 1 - folded;
}

/** Summed-area table over the mask's box: how many of its pixels lie above and left of each corner. */
interface CoverageTable {
  readonly mask: Mask;
  readonly sums: Uint32Array;
}

function coverageTable(mask: Mask): CoverageTable {
  const { box } = mask;
  const columns = box.width + 1;
  const sums = new Uint32Array(columns * (box.height + 1));
  forEachRun(mask, (start, end) => {
    for (let index = start; index < end; index++) {
      const x = (index % mask.width) - box.x;
      const y = Math.floor(index / mask.width) - box.y;
      sums[(y + 1) * columns + x + 1] = 1;
    }
  });
  for (let y = 1; y <= box.height; y++) {
    let rowSum = 0;
    for (let x = 1; x <= box.width; x++) {
      const at = y * columns + x;
      rowSum += sums[at] as number;
      sums[at] = rowSum + (sums[at - columns] as number);
    }
  }
  return { mask, sums };
}

function coveredPixels({ mask, sums }: CoverageTable, window: Window): number {
  const { box } = mask;
  const column = (x: number): number => Math.min(Math.max(x - box.x, 0), box.width);
  const row = (y: number): number => Math.min(Math.max(y - box.y, 0), box.height) * (box.width + 1);
  const [left, right] = [column(window.x), column(window.x + window.width)];
  const [top, bottom] = [row(window.y), row(window.y + window.height)];
  const at = (index: number): number => sums[index] as number;
  return at(bottom + right) - at(top + right) - at(bottom + left) + at(top + left);
}
