import { forEachRun, type Mask } from '../../core/mask.js';

/** A number per pixel, row-major; 0 is nothing. */
export interface IndexMap {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array | Uint16Array;
}

/** A mask and the value that its pixels get. */
export interface Paintable {
  readonly mask: Mask;
  readonly value: number;
}

/** Masks over each other, small ones on top. */
export function paintIndexMap(width: number, height: number, items: readonly Paintable[]): IndexMap {
  const values = new Uint16Array(width * height);
  const largestFirst = [...items].sort((a, b) => b.mask.areaPx - a.mask.areaPx);
  for (const { mask, value } of largestFirst) forEachRun(mask, (start, end) => values.fill(value, start, end));
  return { width, height, values };
}

/** Of what a tile shows, in pixels of the map. */
export interface TilePlace {
  readonly left: number;
  readonly top: number;
  /** Every `step`th pixel is shown. */
  readonly step: number;
  readonly columns: number;
  readonly rows: number;
}

/** How values are coloured: red, green, blue and two opacities from 0 to 255, inside and at the outline. */
export type Paint = readonly [red: number, green: number, blue: number, fill: number, outline: number];

/**
 * Red, green, blue and opacity of each pixel of a tile. Pixels beside another value are the outline, so that neighbours are told apart
 * without their colours.
 */
export function paintTile(
  { width, height, values }: IndexMap,
  { left, top, step, columns, rows }: TilePlace,
  paintOf: (value: number) => Paint | null,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(columns * rows * 4);
  const known = new Map<number, Paint | null>();
  for (let row = 0; row < rows; row++) {
    const y = Math.min(height - 1, top + row * step + (step >> 1));
    for (let column = 0; column < columns; column++) {
      const x = Math.min(width - 1, left + column * step + (step >> 1));
      const at = y * width + x;
      const value = values[at] as number;
      if (value === 0) continue;
      let paint = known.get(value);
      if (paint === undefined) known.set(value, (paint = paintOf(value)));
      if (paint === null) continue;
      const isOutline =
        (x >= step && values[at - step] !== value) ||
        (x + step < width && values[at + step] !== value) ||
        (y >= step && values[at - step * width] !== value) ||
        (y + step < height && values[at + step * width] !== value);
      const target = (row * columns + column) * 4;
      pixels[target] = paint[0];
      pixels[target + 1] = paint[1];
      pixels[target + 2] = paint[2];
      pixels[target + 3] = isOutline ? paint[4] : paint[3];
    }
  }
  return pixels;
}
