import { SamIAmError } from '../core/errors.js';
import { type Mask, maskFromRuns, RunBuilder, unionOf } from '../core/mask.js';
import { openedMask } from '../core/opened-mask.js';
import { BitReader, BitWriter } from './bit-stream.js';

/*
 * Label Studio's brush format: a run-length bit stream over the RGBA values of the whole image, row by row.
 * Header: 32 bits number of values, 5 bits word size - 1, four times 4 bits length size - 1. Then groups: 1 bit repeat flag,
 * 2 bits index of the length size, that many bits count - 1, and one value (repeat) or `count` values. The mask is the alpha.
 */

const channels = 4;
const wordSize = 8;
const lengthSizes = [3, 4, 8, 16] as const;
const longestRun = 65536;
const headerBits = 53;
const longestGroupBits = 1 + 2 + 16 + wordSize;
/** Above this the number of RGBA values no longer fits the header's 32 bits. */
const mostPixels = 2 ** 30 - 1;

/** Pixels that one mask may have when it is decoded, unless the caller says otherwise: the settings' default limit. */
const defaultMaxPixels = 100_000_000;

/** A decoded brush mask. */
export interface BrushAlpha {
  /** Number of pixels: width times height of the image. */
  readonly pixels: number;
  /** Opacity of each pixel in 0…255, row by row; a hand-drawn mask is anti-aliased, take 128 and more as inside. */
  readonly alpha: Uint8Array;
}

/**
 * Encodes a binary mask as Label Studio does, byte for byte.
 *
 * @param runs start and end (exclusive) of each run of inside pixels, as row-major pixel indices, sorted, not overlapping
 */
export function encodeBrushRle(width: number, height: number, runs: Uint32Array): Uint8Array {
  const pixels = width * height;
  if (!(pixels > 0 && pixels <= mostPixels))
    throw new RangeError(`cannot encode a mask of ${width} × ${height} pixels`);
  const writer = new BitWriter(headerBits + longestGroupBits * (runs.length + 1 + (pixels * channels) / longestRun));
  writeHeader(writer, pixels);
  let painted = 0;
  for (let i = 0; i < runs.length;) {
    const start = runs[i] ?? 0;
    let end = runs[i + 1] ?? 0;
    for (i += 2; i < runs.length && runs[i] === end; i += 2) end = runs[i + 1] ?? 0;
    if (start < painted || end <= start || end > pixels) {
      throw new RangeError(`run ${start}…${end} is empty, out of order or outside of ${pixels} pixels`);
    }
    writeRepeat(writer, (start - painted) * channels, 0);
    writeRepeat(writer, (end - start) * channels, 255);
    painted = end;
  }
  writeRepeat(writer, (pixels - painted) * channels, 0);
  return writer.finish();
}

function writeHeader(writer: BitWriter, pixels: number): void {
  writer.write(pixels * channels, 32);
  writer.write(wordSize - 1, 5);
  for (const size of lengthSizes) writer.write(size - 1, 4);
}

function writeRepeat(writer: BitWriter, count: number, value: number): void {
  for (let left = count; left > 0; left -= longestRun) {
    const length = Math.min(left, longestRun) - 1;
    // As label-studio-sdk does it: what remains of a run that was split has the longest size, however short it is.
    const index = count > longestRun ? 3 : length < 8 ? 0 : length < 16 ? 1 : length < 256 ? 2 : 3;
    writer.write(4 | index, 3);
    writer.write(length, lengthSizes[index]);
    writer.write(value, wordSize);
  }
}

/**
 * Decodes `value.rle` of a brush region, whatever word and length sizes its header names. Trailing bytes are ignored.
 * Input that ends early, overruns its own size or claims more than `maxPixels` is a `request.invalid` error, found before
 * memory is taken for it.
 */
export function decodeBrushRle(bytes: Uint8Array, maxPixels = defaultMaxPixels): BrushAlpha {
  const reader = new BitReader(bytes);
  const header = readHeader(reader, bytes.length, maxPixels);
  const alpha = new Uint8Array(header.pixels);
  readAlpha(reader, header, (value, start, end) => alpha.fill(value, start, end));
  return { pixels: header.pixels, alpha };
}

/** Pixels with this opacity and more are inside: closest to what an anti-aliased stroke was drawn as. */
const insideFrom = 128;

/**
 * Decodes a brush region into the mask of what Label Studio shows: the pixels with alpha of 128 and more. What is fainter is the soft rim of a
 * stroke, unless it is an area of its own, 3 × 3 pixels or more; a mask without any alpha of 128 counts from half of its highest one. The memory that
 * it takes depends on the number of runs, not of pixels. Errors as for {@link decodeBrushRle}; also for a mask of another size.
 */
export function decodeBrushMask(bytes: Uint8Array, width: number, height: number, maxPixels = mostPixels): Mask {
  const read = (tell: (alpha: number, start: number, end: number) => void): void => {
    const reader = new BitReader(bytes);
    const header = readHeader(reader, bytes.length, maxPixels);
    if (header.pixels !== width * height) throw invalid(`it has ${header.pixels} pixels, not ${width} × ${height}`);
    readAlpha(reader, header, tell);
  };
  const [inside, faint] = [new RunBuilder(), new RunBuilder()];
  let highest = 0;
  read((alpha, start, end) => {
    if (end > start && alpha > highest) highest = alpha;
    if (alpha >= insideFrom) inside.add(start, end);
    else if (alpha > 0) faint.add(start, end);
  });
  if (highest > 0 && highest < insideFrom) {
    const from = Math.ceil(highest / 2);
    read((alpha, start, end) => {
      if (alpha >= from) inside.add(start, end);
    });
  }
  const mask = maskFromRuns(width, height, inside.finish());
  if (highest < insideFrom) return mask;
  const areas = openedMask(maskFromRuns(width, height, faint.finish()));
  return areas.areaPx === 0 ? mask : unionOf(mask, areas);
}

interface Header {
  readonly pixels: number;
  readonly valueBits: number;
  readonly sizes: readonly number[];
}

function readHeader(reader: BitReader, length: number, maxPixels: number): Header {
  const values = reader.read(32);
  const valueBits = reader.read(5) + 1;
  const sizes = lengthSizes.map(() => reader.read(4) + 1);
  if (values % channels !== 0) throw invalid(`its ${values} values are no whole RGBA pixels`);
  const pixels = values / channels;
  const longest = Math.max(...sizes);
  const mostValues = Math.ceil(reader.bitsLeft / (3 + longest + valueBits)) * 2 ** longest + reader.bitsLeft;
  if (pixels > maxPixels || values > mostValues) throw invalid(`${length} bytes cannot hold its ${pixels} pixels`);
  return { pixels, valueBits, sizes };
}

/** Tells the alpha of each stretch of pixels, in order and without gaps. */
function readAlpha(
  reader: BitReader,
  { pixels, valueBits, sizes }: Header,
  tell: (alpha: number, start: number, end: number) => void,
): void {
  const values = pixels * channels;
  for (let position = 0; position < values;) {
    const repeats = reader.read(1) === 1;
    const count = reader.read(sizes[reader.read(2)] ?? longestRun) + 1;
    const end = position + count;
    if (end > values) throw invalid(`a group reaches value ${end} of ${values}`);
    if (repeats) tell(Math.min(reader.read(valueBits), 255), position >>> 2, end >>> 2);
    else {
      for (; position < end; position++) {
        const value = reader.read(valueBits);
        if (position % channels === channels - 1) tell(Math.min(value, 255), position >>> 2, (position >>> 2) + 1);
      }
    }
    position = end;
  }
}

function invalid(reason: string): SamIAmError {
  return new SamIAmError('request.invalid', `the brush RLE is damaged: ${reason}`, {
    hint: 'Send value.rle as Label Studio exports it.',
  });
}
