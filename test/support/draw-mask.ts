import { type Mask, maskFromBitmap, maskToBitmap } from '../../src/core/mask.js';

/** A mask from rows of `#` (set) and anything else (not set). */
export function drawMask(...rows: readonly string[]): Mask {
  const width = rows[0]?.length ?? 0;
  const bitmap = rows.flatMap((row) => Array.from(row, (cell) => Number(cell === '#')));
  return maskFromBitmap(width, rows.length, bitmap);
}

/** The inverse of {@link drawMask}, for readable differences. */
export function showMask(mask: Mask): string[] {
  const bitmap = maskToBitmap(mask);
  return Array.from({ length: mask.height }, (_, y) =>
    Array.from({ length: mask.width }, (_cell, x) => (bitmap[y * mask.width + x] === 1 ? '#' : '.')).join(''),
  );
}
