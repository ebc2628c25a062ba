import { maskOfLabel } from '../../src/core/label-map.js';
import type { Mask } from '../../src/core/mask.js';

/** A number per cell of a coarse grid that covers the image evenly. */
export interface CellLabels {
  readonly columns: number;
  readonly rows: number;
  readonly labels: ArrayLike<number>;
}

/** One mask per label (0, 1, …); each pixel has the label of the cell that it lies in. */
export function masksOfCells({ columns, rows, labels }: CellLabels, width: number, height: number): Mask[] {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      pixels[y * width + x] = (labels[row + Math.floor((x * columns) / width)] as number) + 1;
    }
  }
  return masksOfPixels(pixels, width, height);
}

/** One mask per label other than 0. */
export function masksOfPixels(labels: Uint8Array, width: number, height: number): Mask[] {
  return [...new Set(labels)]
    .filter((label) => label > 0)
    .sort((a, b) => a - b)
    .map((label) => maskOfLabel({ width, height, labels }, label));
}
