import sharp from 'sharp';
import { type Mask, maskFromBitmap } from '../core/mask.js';
import { decodeDataUri } from '../label-studio/inline-image.js';
import type { ImageSize } from './shape-outline.js';

/**
 * The mask of a `BitmaskLabels` region: Label Studio writes a PNG of the whole image as a data address, transparent outside of the mask, and shows
 * every pixel that is not transparent. Throws a RangeError that says what does not fit.
 */
export async function decodeBitmask(value: unknown, { width, height }: ImageSize): Promise<Mask> {
  const address =
    typeof value === 'object' && value !== null && 'imageDataURL' in value ? value.imageDataURL : undefined;
  if (typeof address !== 'string' || !address.startsWith('data:')) {
    throw new RangeError('value.imageDataURL is missing or wrong');
  }
  const image = sharp(decodeDataUri(address), { limitInputPixels: false });
  const found = await image.metadata().catch(() => {
    throw new RangeError('its bitmask is no image');
  });
  if (found.width !== width || found.height !== height) {
    throw new RangeError(`its bitmask is ${found.width} × ${found.height} pixels, the image ${width} × ${height}`);
  }
  const pixels = await image
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer()
    .catch(() => {
      throw new RangeError('its bitmask is damaged');
    });
  return maskFromBitmap(width, height, opacities(pixels, width * height));
}

const channels = 4;

/** An image without transparency is one mask all over the image, or black and white as other programs write masks: nobody can tell which. */
function opacities(pixels: Uint8Array, count: number): Uint8Array {
  const alpha = new Uint8Array(count);
  let isOpaque = true;
  let hasOneColour = true;
  for (let i = 0, at = 0; i < count; i++, at += channels) {
    alpha[i] = pixels[at + 3] as number;
    isOpaque &&= alpha[i] === 255;
    hasOneColour &&= pixels[at] === pixels[0] && pixels[at + 1] === pixels[1] && pixels[at + 2] === pixels[2];
  }
  if (isOpaque && !hasOneColour) {
    throw new RangeError('its bitmask has no transparent pixel, so that it is the whole image in Label Studio');
  }
  return alpha;
}
