import fc from 'fast-check';
import { type Mask, maskFromBitmap } from '../../src/core/mask.js';

/** Bitmaps of one size with runs of all lengths, as masks. */
export function arbitraryMask(width: number, height: number): fc.Arbitrary<Mask> {
  const pixel = fc.constantFrom(0, 0, 0, 1, 1);
  return fc
    .array(fc.tuple(pixel, fc.integer({ min: 1, max: width * 2 })), { minLength: 1, maxLength: width * height })
    .map((runs) => {
      const bitmap = runs.flatMap(([value, length]) => new Array<number>(length).fill(value)).slice(0, width * height);
      return maskFromBitmap(
        width,
        height,
        Uint8Array.from({ length: width * height }, (_, i) => bitmap[i] ?? 0),
      );
    });
}
