import sharp from 'sharp';
import type { LabelMap } from '../core/label-map.js';
import type { GreyImage } from '../core/micrograph.js';
import { resizeGrey } from '../core/resize.js';
import type { Colour } from './palette.js';

const opacity = 0.5;
const withoutImage = 0.25;

/** The size of a picture of a micrograph whose longer side is at most `longestSide` pixels. */
export function thumbnailSize(width: number, height: number, longestSide: number): { width: number; height: number } {
  const scale = Math.min(1, longestSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A small grey picture to draw regions over; a flat one where there is no micrograph. */
export function thumbnailBackground(image: GreyImage | null, size: { width: number; height: number }): GreyImage {
  if (image !== null) return resizeGrey(image, size.width, size.height);
  return { ...size, grey: new Float32Array(size.width * size.height).fill(withoutImage) };
}

/** A WebP picture: the background with the labels of a map of any size over it; label k has the k-th colour, 0 none. */
export function renderThumbnail(background: GreyImage, map: LabelMap, colours: readonly Colour[]): Promise<Buffer> {
  const { width, height, grey } = background;
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, index = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * map.height) / height) * map.width;
    for (let x = 0; x < width; x++, index++) {
      const label = map.labels[row + Math.floor(((x + 0.5) * map.width) / width)] ?? 0;
      const value = 255 * (grey[index] as number);
      const colour = label === 0 ? undefined : colours[label - 1];
      for (let channel = 0; channel < 3; channel++) {
        const painted = colour?.[channel];
        pixels[3 * index + channel] = painted === undefined ? value : value * (1 - opacity) + painted * opacity;
      }
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality: 80 })
    .toBuffer();
}
