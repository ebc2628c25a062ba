import type { ByteSource } from './byte-source.js';
import type { PixelValues } from './open-image.js';
import { type SampleKind, unpackSamples } from './tiff/samples.js';
import { damaged } from './unreadable-file.js';

/** A kind of number, as many formats name it. */
export interface NumberKind {
  readonly kind: SampleKind;
  /** 8, 16, 32 or 64. */
  readonly bits: number;
}

/** One byte, 0 to 255. */
export const uint8: NumberKind = { kind: 'unsigned', bits: 8 };

/** One byte, two's complement. */
export const int8: NumberKind = { kind: 'signed', bits: 8 };

/** Two bytes, 0 to 65,535: what most cameras count in. */
export const uint16: NumberKind = { kind: 'unsigned', bits: 16 };

/** Two bytes, two's complement. */
export const int16: NumberKind = { kind: 'signed', bits: 16 };

/** Four bytes without a sign. */
export const uint32: NumberKind = { kind: 'unsigned', bits: 32 };

/** Four bytes, two's complement. */
export const int32: NumberKind = { kind: 'signed', bits: 32 };

/** Eight bytes without a sign; read as the nearest double. */
export const uint64: NumberKind = { kind: 'unsigned', bits: 64 };

/** Eight bytes, two's complement; read as the nearest double. */
export const int64: NumberKind = { kind: 'signed', bits: 64 };

/** IEEE 754 half precision. */
export const float16: NumberKind = { kind: 'float', bits: 16 };

/** IEEE 754 single precision. */
export const float32: NumberKind = { kind: 'float', bits: 32 };

/** IEEE 754 double precision. */
export const float64: NumberKind = { kind: 'float', bits: 64 };

/** Numbers that lie in a file one after the other. */
export interface StoredNumbers extends NumberKind {
  readonly at: number;
  readonly count: number;
  readonly littleEndian: boolean;
}

/** Reads them; integers of 64 bits become doubles. Throws {@link UnreadableFile} where the file ends before. */
export async function readNumbers(
  source: ByteSource,
  { at, count, kind, bits, littleEndian }: StoredNumbers,
): Promise<PixelValues> {
  const bytes = await source.read(at, (count * bits) / 8);
  return unpackSamples(bytes, count, { kind, bits, perPixel: 1, littleEndian, predictor: 1 });
}

/** A width, height or count as a header gives it. Throws {@link UnreadableFile} for what can be none. */
export function sizeOf(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value > 0 && value < 2 ** 31) return value;
  throw damaged(`its ${what} is ${value}`);
}

/** As many whole frames as the file can hold: those that a header claims beyond its end are not there. */
export function framesInFile(source: ByteSource, start: number, frameBytes: number, claimed: number): number {
  const there = Math.floor((source.size - start) / frameBytes);
  if (there < 1) throw damaged('it ends before its data does');
  return Math.min(there, sizeOf(claimed, 'number of images'), 65_536);
}
