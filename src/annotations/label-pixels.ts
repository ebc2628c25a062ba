import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { asSamIAmError } from '../core/errors.js';
import type { LabelPixels } from './label-pixel-values.js';
import { readLabelTiff } from './label-tiff.js';
import { palettePngAsGrey } from './palette-indices.js';

/**
 * Reads a label image: 8 or 16 bits of grey, numbers of a palette, or colours; PNG or TIFF. An image of colours that are all greys is one of numbers. Throws a
 * TypeError that says what it is instead.
 */
export async function readLabelPixels(path: string, maxPixels: number): Promise<LabelPixels> {
  const bytes = await readFile(path);
  const name = basename(path);
  if (isTiff(bytes)) return readTiff(bytes, name, maxPixels);
  const image = sharp(bytes, { limitInputPixels: false });
  const found = await image.metadata().catch(() => {
    throw new TypeError(`${name} is no PNG or TIFF image`);
  });
  const { width, height, channels, depth, format } = found;
  if (format !== 'png') {
    throw new TypeError(
      `${name} is a ${format.toUpperCase()}, which changes numbers and colours; save it as PNG or TIFF`,
    );
  }
  if (width * height > maxPixels) throw new TypeError(`${name} has more pixels than MAX_IMAGE_PIXELS allows`);
  try {
    const indexed = palettePngAsGrey(bytes);
    if (indexed !== undefined) return await readIndexed(sharp(indexed.png, { limitInputPixels: false }), indexed.step);
    if (channels <= 2) return await readNumbers(image, name, { wide: depth === 'ushort', hasAlpha: channels === 2 });
    return await readColours(image, name, depth === 'ushort');
  } catch (thrown) {
    throw thrown instanceof TypeError ? thrown : new TypeError(`${name} is damaged or cut off`);
  }
}

function isTiff(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 2)).toString('latin1');
  return start === 'II' || start === 'MM';
}

async function readTiff(bytes: Uint8Array, name: string, maxPixels: number): Promise<LabelPixels> {
  const pixels = await readLabelTiff(bytes, maxPixels).catch((thrown: unknown) => {
    throw new TypeError(`${name} ${asSamIAmError(thrown).message}`);
  });
  return pixels.areColours ? greysAsNumbers(pixels) : pixels;
}

/** Colours that are all greys are numbers. */
function greysAsNumbers(pixels: LabelPixels): LabelPixels {
  const { values } = pixels;
  const isGrey = (colour: number): boolean => colour === 0 || ((colour - 1) & 0xffff) === (colour - 1) >>> 8;
  if (!values.every(isGrey)) return pixels;
  return { ...pixels, values: values.map((colour) => (colour === 0 ? 0 : (colour - 1) & 255)), areColours: false };
}

async function readIndexed(image: Sharp, step: number): Promise<LabelPixels> {
  const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const values = step === 1 ? data : data.map((grey) => Math.round(grey / step));
  return { width: info.width, height: info.height, values, areColours: false };
}

async function readNumbers(
  image: Sharp,
  name: string,
  { wide, hasAlpha }: { readonly wide: boolean; readonly hasAlpha: boolean },
): Promise<LabelPixels> {
  const { data, info } = await image
    .toColourspace(wide ? 'grey16' : 'b-w')
    .raw({ depth: wide ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const all = wide ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  const { width, height, channels } = info;
  if (!hasAlpha || channels === 1) return { width, height, values: all, areColours: false };
  const opaque = wide ? 65535 : 255;
  const values = all.filter((_, index) => index % channels === 0);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const alpha = all[pixel * channels + 1];
    if (alpha === 0) values[pixel] = 0;
    else if (alpha !== opaque) throw new TypeError(`${name} is half transparent, a label image is not`);
  }
  return { width, height, values, areColours: false };
}

async function readColours(image: Sharp, name: string, wide: boolean): Promise<LabelPixels> {
  if (wide) throw new TypeError(`${name} has colours of 16 bits; save it with 8 bits per channel`);
  const { data, info } = await image
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const values = new Uint32Array(width * height);
  for (let pixel = 0, at = 0; pixel < values.length; pixel++, at += 4) {
    const [red, green, blue, alpha] = [
      data[at] as number,
      data[at + 1] as number,
      data[at + 2] as number,
      data[at + 3],
    ];
    if (alpha === 0) continue;
    if (alpha !== 255) throw new TypeError(`${name} is half transparent, a label image is not`);
    values[pixel] = ((red << 16) | (green << 8) | blue) + 1;
  }
  return greysAsNumbers({ width, height, values, areColours: true });
}
