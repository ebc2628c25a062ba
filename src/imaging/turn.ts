import type { PixelValues } from './open-image.js';

interface Picture<Values> {
  readonly width: number;
  readonly height: number;
  readonly values: Values;
}

/** Whether an orientation swaps width and height. */
export function swapsSides(orientation: number): boolean {
  return orientation >= 5 && orientation <= 8;
}

/**
 * Turns a picture so that its top left is where a viewer shows it. `orientation` as in TIFF 6.0 and EXIF: where the first row and column
 * of the file belong; 1 and unknown ones leave it as it is.
 */
export function turn<Values extends PixelValues>(picture: Picture<Values>, orientation: number): Picture<Values> {
  if (!(orientation >= 2 && orientation <= 8)) return picture;
  const { width, height, values } = picture;
  const isSwapped = swapsSides(orientation);
  const [outWidth, outHeight] = isSwapped ? [height, width] : [width, height];
  const mirrorsX = [2, 3, 7, 8].includes(orientation);
  const mirrorsY = [3, 4, 6, 7].includes(orientation);
  const turned = values.slice() as Values;
  for (let y = 0, to = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, to++) {
      const [column, row] = isSwapped ? [y, x] : [x, y];
      const fromX = mirrorsX ? width - 1 - column : column;
      const fromY = mirrorsY ? height - 1 - row : row;
      turned[to] = values[fromY * width + fromX] as number;
    }
  }
  return { width: outWidth, height: outHeight, values: turned };
}

/** Row by row what is stored column by column. */
export function transpose(columns: PixelValues, width: number, height: number): PixelValues {
  return turn({ width: height, height: width, values: columns }, 5).values;
}
