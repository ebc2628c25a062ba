import { InvalidArgumentError } from 'commander';
import { type GivenMaterialCount, maxMaterials, parseMaterialCount } from '../core/material-count.js';
import type { PixelSizeNm } from '../imaging/open-image.js';
import { parsePixelSize, pixelSizeForm } from '../imaging/pixel-size.js';

/** `auto` or a number of materials. */
export function materialsArgument(text: string): GivenMaterialCount {
  const count = parseMaterialCount(text);
  if (count === undefined) throw new InvalidArgumentError(`Give auto or a number from 1 to ${maxMaterials}.`);
  return count;
}

/** A whole number within bounds. */
export function integerArgument(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

/** Which image of a file: its number from 0, `mean` or `all`. */
export function frameArgument(text: string): number | 'mean' | 'all' {
  if (text === 'mean' || text === 'all') return text;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give the number of an image, from 0, or all, or mean.');
}

/** A pixel size with its unit. */
export function pixelSizeArgument(text: string): PixelSizeNm {
  const size = parsePixelSize(text);
  if (size === null) throw new InvalidArgumentError(`Give ${pixelSizeForm}; from 0.00001 nm to 1 µm.`);
  return size;
}

const mostIds = 1_000_000;

/** Task ids: numbers and ranges, with commas between, in ascending order. */
export function idsArgument(text: string): number[] {
  const ids = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (!(count >= 1 && count <= mostIds))
      throw new InvalidArgumentError('Give ids and ranges, for instance 3,7,10-20.');
    return Array.from({ length: count }, (_, index) => Number(first) + index);
  });
  return [...new Set(ids)].sort((a, b) => a - b);
}
