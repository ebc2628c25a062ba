import { asSamIAmError } from '../core/errors.js';
import type { Mask } from '../core/mask.js';
import { decodeBrushMask } from '../label-studio/brush-codec.js';
import { decodeBitmask } from './bitmask-image.js';
import { rasteriseOutline } from './rasterise-outline.js';
import type { AreaKind } from './region-kinds.js';
import { type ImageSize, outlineOf } from './shape-outline.js';

/** What a region says of its shape. */
export interface ShapeEntry {
  readonly value: Readonly<Record<string, unknown>>;
  readonly size: ImageSize;
  /** Degrees by which the view was turned when it was drawn. */
  readonly image_rotation?: number | null | undefined;
  /** Larger images are refused before memory is taken for them. */
  readonly maxPixels: number;
}

/** The pixels of a region, or the reason why it can't be measured. */
export async function maskOfRegion(kind: AreaKind, entry: ShapeEntry): Promise<Mask | { readonly reason: string }> {
  const { value, size, maxPixels } = entry;
  if (size.width * size.height > maxPixels) {
    return { reason: `its image of ${size.width} × ${size.height} pixels is larger than MAX_IMAGE_PIXELS allows` };
  }
  try {
    if (kind === 'brush') return decodeBrushMask(brushBytes(value['rle']), size.width, size.height, maxPixels);
    if (kind === 'bitmask') return await decodeBitmask(value, size);
    // Masks stay as they are when the view is turned; where outlines have their axes then is not certain.
    if ((entry.image_rotation ?? 0) % 360 !== 0) return { reason: 'it was drawn in a turned view' };
    return rasteriseOutline(outlineOf(kind, value, size), size.width, size.height);
  } catch (thrown) {
    return { reason: asSamIAmError(thrown).message };
  }
}

function brushBytes(rle: unknown): Uint8Array {
  if (rle instanceof Uint8Array) return rle;
  if (!Array.isArray(rle)) throw new RangeError('value.rle is missing or wrong');
  return Uint8Array.from(rle as readonly number[]);
}
