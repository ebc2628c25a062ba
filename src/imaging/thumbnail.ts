import sharp from 'sharp';

/** A small WebP of an image file, no side longer than `side` pixels. */
export function renderThumbnail(bytes: Uint8Array, side: number): Promise<Buffer> {
  return sharp(bytes)
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside' })
    .webp({ quality: 82 })
    .toBuffer();
}
