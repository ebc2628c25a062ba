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

export const uint8: NumberKind = { kind: 'unsigned', bits: 8 };
export const int8: NumberKind = { kind: 'signed', bits: 8 };
export const uint16: NumberKind = { kind: 'unsigned', bits: 16 };
export const int16: NumberKind = { kind: 'signed', bits: 16 };
export const uint32: NumberKind = { kind: 'unsigned', bits: 32 };
export const int32: NumberKind = { kind: 'signed', bits: 32 };
export const uint64: NumberKind = { kind: 'unsigned', bits: 64 };
export const int64: NumberKind = { kind: 'signed', bits: 64 };
export const float16: NumberKind = { kind: 'float', bits: 16 };
export const float32: NumberKind = { kind: 'float', bits: 32 };
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
