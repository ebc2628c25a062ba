import sharp, { type Sharp } from 'sharp';
import { decode as decodeTiff } from 'tiff';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import type { Micrograph } from '../core/micrograph.js';
import { failure, type Result, success } from '../core/result.js';
import { withoutOverlays } from './not-specimen/without-overlays.js';
import { scaleIntensity } from './scale-intensity.js';

export interface DecodeOptions {
  /** Larger images are refused before their pixels are decoded. */
  readonly maxPixels: number;
  /** Banners, bars and letters burnt into the picture count as specimen. */
  readonly keepOverlays?: boolean | undefined;
}

interface RawPixels {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

/**
 * Decodes PNG, JPEG, WebP, GIF or TIFF (8 or 16 bits, 32-bit integers, floats) into grey intensities, turned as a browser shows
 * the file (EXIF orientation). Failures are `image.unreadable` and `image.too_large`, each with its cure.
 */
export async function decodeMicrograph(
  name: string,
  bytes: Uint8Array,
  options: DecodeOptions,
): Promise<Result<Micrograph, SamIAmError>> {
  try {
    if (bytes.length === 0) throw unreadable(name, 'the file is empty');
    const raw = await decodeRaw(name, bytes, options);
    const { width, height, values } = raw;
    const seen = options.keepOverlays === true ? { grey: scaleIntensity(values) } : withoutOverlays(raw);
    return success({ name, width, height, ...seen });
  } catch (thrown) {
    return failure(thrown instanceof SamIAmError ? thrown : unreadable(name, firstLine(thrown), thrown));
  }
}

async function decodeRaw(name: string, bytes: Uint8Array, options: DecodeOptions): Promise<RawPixels> {
  const image = sharp(bytes, { limitInputPixels: false, failOn: 'error' });
  const { width, height, depth, format } = await image.metadata();
  if (width * height === 0) throw unreadable(name, `its size is ${width} × ${height}`);
  if (width * height > options.maxPixels) throw tooLarge(name, width, height, options.maxPixels);
  const isCommonDepth = depth === 'uchar' || depth === 'ushort';
  return format === 'tiff' && !isCommonDepth ? decodeUncommonTiff(name, bytes) : decodeWithSharp(image, depth);
}

async function decodeWithSharp(image: Sharp, depth: string): Promise<RawPixels> {
  const wide = depth === 'ushort';
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: '#000' })
    .toColourspace(wide ? 'grey16' : 'b-w')
    .raw({ depth: wide ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const all = wide ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  return { width: info.width, height: info.height, values: firstChannel(all, info.channels) };
}

/** Float and 32-bit integer TIFF, which sharp would squeeze into 8 bits. */
function decodeUncommonTiff(name: string, bytes: Uint8Array): RawPixels {
  const page = decodeTiff(bytes, { pages: [0] })[0];
  if (page === undefined) throw unreadable(name, 'the TIFF file holds no image');
  const channels = page.data.length / (page.width * page.height);
  return { width: page.width, height: page.height, values: firstChannel(page.data, channels) };
}

function firstChannel(values: ArrayLike<number>, channels: number): ArrayLike<number> {
  if (channels === 1) return values;
  return Float64Array.from({ length: values.length / channels }, (_, pixel) => values[pixel * channels] as number);
}

function unreadable(name: string, reason: string, cause?: unknown): SamIAmError {
  return new SamIAmError('image.unreadable', `${name} can't be read as an image: ${reason}`, {
    hint: 'Give a PNG, JPEG or TIFF file that opens in an image viewer.',
    cause,
  });
}

function tooLarge(name: string, width: number, height: number, maxPixels: number): SamIAmError {
  return new SamIAmError(
    'image.too_large',
    `${name} has ${width} × ${height} pixels, more than ${maxPixels.toLocaleString('en')} in all`,
    {
      hint: 'Shrink or crop the micrograph, or raise MAX_IMAGE_PIXELS.',
    },
  );
}

function firstLine(thrown: unknown): string {
  return asSamIAmError(thrown).message.split('\n')[0] ?? 'unknown format';
}
