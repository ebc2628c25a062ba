import { z } from 'zod';
import { decodeCocoRle } from '../core/coco-rle.js';
import { type Mask, maskFromBitmap, maskFromRuns, unionOf } from '../core/mask.js';
import { rasterisePolygon } from './rasterise-polygon.js';

/** COCO's three ways to write a mask: compressed run lengths, plain counts, polygons as x, y, x, y, … */
export const segmentationSchema = z.union([
  z.object({ size: z.tuple([z.int().positive(), z.int().positive()]), counts: z.string() }),
  z.object({ size: z.tuple([z.int().positive(), z.int().positive()]), counts: z.array(z.int().nonnegative()) }),
  z.array(z.array(z.number()).min(6)),
]);

/** One mask in any of COCO's three ways. */
export type Segmentation = z.infer<typeof segmentationSchema>;

/** Decodes a segmentation of an image of the given size; a RangeError says what does not fit. */
export function decodeSegmentation(segmentation: Segmentation, width: number, height: number): Mask {
  if (Array.isArray(segmentation)) {
    const empty = maskFromRuns(width, height, new Uint32Array());
    return unionOf(empty, ...segmentation.map((polygon) => rasterisePolygon(polygon, width, height)));
  }
  const { size, counts } = segmentation;
  if (size[0] !== height || size[1] !== width) {
    throw new RangeError(`its mask is ${size[1]} × ${size[0]} pixels, the image ${width} × ${height}`);
  }
  return typeof counts === 'string' ? decodeCompressed({ size, counts }) : decodeCounts(counts, width, height);
}

function decodeCompressed(rle: { readonly size: [number, number]; readonly counts: string }): Mask {
  if (!/^[0-o]*$/.test(rle.counts)) throw new RangeError('its run lengths hold signs that COCO does not use');
  return decodeCocoRle(rle);
}

/** Column by column, zeros first. */
function decodeCounts(counts: readonly number[], width: number, height: number): Mask {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== width * height) {
    throw new RangeError(`its run lengths come to ${total} pixels, not ${width} × ${height}`);
  }
  const bitmap = new Uint8Array(width * height);
  let position = 0;
  counts.forEach((count, index) => {
    for (let i = position; index % 2 === 1 && i < position + count; i++) {
      bitmap[(i % height) * width + Math.floor(i / height)] = 1;
    }
    position += count;
  });
  return maskFromBitmap(width, height, bitmap);
}
