import { forEachRowRun, type Mask } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import type { OwnSquare, TraitReader } from '../texture/own-traits.js';
import type { PlacedDescription } from './describe-masks.js';
import type { PlacedTraits } from './traits.js';

/**
 * The same descriptions with what the masks look like around the places where they were sampled. Other work gets its
 * turn between two masks.
 */
export async function withTraits<Description extends PlacedDescription>(
  image: GreyImage,
  masks: readonly Mask[],
  described: readonly Description[],
  reader: TraitReader,
): Promise<Description[]> {
  const all: Description[] = [];
  for (const [index, each] of described.entries()) {
    const mask = masks[index];
    all.push({ ...each, traits: mask === undefined ? null : sampleTraits(image, mask, each.centres, reader) });
    await nextTurn();
  }
  return all;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The traits of squares that lie in the image, of which only the mask's own pixels count. */
export function sampleTraits(
  image: GreyImage,
  mask: Mask,
  centres: ArrayLike<number>,
  reader: TraitReader,
): PlacedTraits[] {
  const own = boxBitmap(mask);
  const { side } = reader;
  const square = { side, grey: new Float32Array(side ** 2), own: new Uint8Array(side ** 2) };
  return Array.from(centres, (centre) => {
    const [x, y] = [centre % image.width, Math.floor(centre / image.width)];
    copySquare(image, { bitmap: own, box: mask.box }, { x, y }, square);
    return { x, y, values: reader.read(square) };
  });
}

/** 1 for each pixel of a mask's box that belongs to it, row by row. */
function boxBitmap(mask: Mask): Uint8Array {
  const { box, width } = mask;
  const bitmap = new Uint8Array(box.width * box.height);
  forEachRowRun(mask, (start, end, y) => {
    const row = (y - box.y) * box.width - y * width - box.x;
    bitmap.fill(1, row + start, row + end);
  });
  return bitmap;
}

/** The square around a pixel, moved to lie in the image; what an image smaller than a square lacks is nobody's. */
function copySquare(
  { grey, width, height }: GreyImage,
  { bitmap, box }: { readonly bitmap: Uint8Array; readonly box: Mask['box'] },
  centre: { readonly x: number; readonly y: number },
  square: OwnSquare & Pick<TraitReader, 'side'>,
): void {
  const { side } = square;
  const half = side >> 1;
  const left = Math.max(0, Math.min(centre.x - half, width - side));
  const top = Math.max(0, Math.min(centre.y - half, height - side));
  square.own.fill(0);
  const [x0, x1] = [Math.max(left, box.x), Math.min(left + side, box.x + box.width)];
  const [y0, y1] = [Math.max(top, box.y), Math.min(top + side, box.y + box.height)];
  for (let y = y0; y < y1; y++) {
    const row = (y - top) * side - left;
    const inBox = (y - box.y) * box.width - box.x;
    for (let x = x0; x < x1; x++) {
      square.own[row + x] = bitmap[inBox + x] as number;
      square.grey[row + x] = grey[y * width + x] as number;
    }
  }
}
