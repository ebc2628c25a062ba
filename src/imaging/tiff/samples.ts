import type { PixelValues } from '../open-image.js';
import { UnreadableFile } from '../unreadable-file.js';
import { undoDifferences, undoFloatDifferences } from './predictor.js';

/** What a sample is: TIFF's SampleFormat. */
export type SampleKind = 'unsigned' | 'signed' | 'float';

/** How the samples of a block of pixels are stored. */
export interface SampleLayout {
  readonly kind: SampleKind;
  readonly bits: number;
  /** Samples that lie side by side for each pixel. */
  readonly perPixel: number;
  readonly littleEndian: boolean;
  readonly predictor: number;
}

/** An array for samples of a kind; integers of 64 bits are doubles, floats of 16 and 24 bits floats of 32. */
export function samplesArray({ kind, bits }: Pick<SampleLayout, 'kind' | 'bits'>, length: number): PixelValues {
  if (kind === 'float') return bits <= 32 ? new Float32Array(length) : new Float64Array(length);
  if (bits <= 8) return kind === 'signed' ? new Int8Array(length) : new Uint8Array(length);
  if (bits <= 16) return kind === 'signed' ? new Int16Array(length) : new Uint16Array(length);
  if (bits <= 32) return kind === 'signed' ? new Int32Array(length) : new Uint32Array(length);
  return new Float64Array(length);
}

/** Bytes of a row of pixels: rows begin at whole bytes. */
export function rowBytesOf({ bits, perPixel }: SampleLayout, width: number): number {
  return Math.ceil((width * perPixel * bits) / 8);
}

/**
 * The samples of a block of whole rows, in the order in which they are stored. `bytes` may be changed. Throws {@link UnreadableFile} for
 * samples that nobody writes.
 */
export function unpackSamples(bytes: Uint8Array, width: number, layout: SampleLayout): PixelValues {
  const { bits, perPixel, kind, predictor } = layout;
  const rowSamples = width * perPixel;
  const rows = Math.floor(bytes.length / rowBytesOf(layout, width));
  if (bits % 8 !== 0 || bits === 24) return unpackOdd(bytes, rowSamples, rows, layout);
  const sampleBytes = bits / 8;
  if (![1, 2, 4, 8].includes(sampleBytes)) throw unusualSamples(layout);
  // A copy of its own, because typed arrays need an aligned start, and the file must not be changed.
  const block = new Uint8Array(bytes.subarray(0, rows * rowSamples * sampleBytes));
  if (predictor === 3) undoFloatDifferences(block, rowSamples, perPixel, sampleBytes);
  else {
    if (!layout.littleEndian) swapBytes(block, sampleBytes);
    if (predictor === 2) undoDifferences(block, rowSamples, perPixel, sampleBytes);
  }
  return typed(block.buffer, kind, bits);
}

function typed(buffer: ArrayBuffer, kind: SampleKind, bits: number): PixelValues {
  if (bits === 8) return kind === 'signed' ? new Int8Array(buffer) : new Uint8Array(buffer);
  if (bits === 16) {
    if (kind === 'float') return Float32Array.from(new Uint16Array(buffer), halfToFloat);
    return kind === 'signed' ? new Int16Array(buffer) : new Uint16Array(buffer);
  }
  if (bits === 32) {
    if (kind === 'float') return new Float32Array(buffer);
    return kind === 'signed' ? new Int32Array(buffer) : new Uint32Array(buffer);
  }
  if (kind === 'float') return new Float64Array(buffer);
  return Float64Array.from(kind === 'signed' ? new BigInt64Array(buffer) : new BigUint64Array(buffer), Number);
}

/** Reverses the bytes of each word in place. */
export function swapBytes(bytes: Uint8Array, wordBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (wordBytes === 2) buffer.swap16();
  else if (wordBytes === 4) buffer.swap32();
  else if (wordBytes === 8) buffer.swap64();
}

/** IEEE 754 binary16. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Integers of any number of bits up to 32, the highest bit first, rows at whole bytes. */
function unpackOdd(bytes: Uint8Array, rowSamples: number, rows: number, layout: SampleLayout): PixelValues {
  const { bits, kind, predictor, littleEndian } = layout;
  // Three whole bytes have an order, parts of bytes have none.
  if (kind === 'float' || bits > 32 || bits < 1 || predictor !== 1 || (bits === 24 && littleEndian)) {
    throw unusualSamples(layout);
  }
  const out = samplesArray(layout, rowSamples * rows);
  const sign = kind === 'signed' ? 2 ** (bits - 1) : Infinity;
  const rowBytes = Math.ceil((rowSamples * bits) / 8);
  for (let row = 0, to = 0; row < rows; row++) {
    let at = row * rowBytes;
    let [value, left] = [0, 0];
    for (let sample = 0; sample < rowSamples; sample++) {
      while (left < bits) {
        value = value * 256 + (bytes[at++] as number);
        left += 8;
      }
      left -= bits;
      const top = Math.floor(value / 2 ** left);
      value -= top * 2 ** left;
      out[to++] = top >= sign ? top - 2 * sign : top;
    }
  }
  return out;
}

function unusualSamples({ kind, bits, predictor }: SampleLayout): UnreadableFile {
  const packing = predictor === 1 ? '' : `, packed with predictor ${predictor}`;
  return new UnreadableFile(
    `its pixels are ${kind} numbers of ${bits} bits${packing}, which is not read`,
    'Save it as TIFF with 8, 16 or 32 bits.',
  );
}
