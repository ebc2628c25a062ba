import { inflateSync } from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';
import { damaged } from '../unreadable-file.js';
import { unpackLzw } from './lzw.js';

/** Undoes one compression: `length` is what must come out, and no more is ever allocated. */
export type Decompress = (packed: Uint8Array, length: number) => Uint8Array | Promise<Uint8Array>;

/** The compressions of TIFF that are read here, by number; all others go to the library for pictures. */
const decompressors: Readonly<Record<number, Decompress>> = {
  1: (packed) => packed,
  5: unpackLzw,
  8: unpackDeflate,
  32946: unpackDeflate,
  32773: unpackBits,
  50000: unpackZstd,
};

/** How a compression is undone; undefined for one that is not read here. */
export function decompressorOf(compression: number): Decompress | undefined {
  return decompressors[compression];
}

function unpackDeflate(packed: Uint8Array, length: number): Uint8Array {
  try {
    // Some writers pad strips; what comes out is bounded and may be longer by a few bytes only.
    return inflateSync(packed, { maxOutputLength: length + 64 });
  } catch {
    throw damaged('compressed data can\'t be unpacked'); // prettier-ignore
  }
}

let zstd: Promise<ZSTDDecoder> | undefined;

async function unpackZstd(packed: Uint8Array, length: number): Promise<Uint8Array> {
  zstd ??= startZstd();
  try {
    return (await zstd).decode(packed, length);
  } catch {
    throw damaged('compressed data can\'t be unpacked'); // prettier-ignore
  }
}

async function startZstd(): Promise<ZSTDDecoder> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return decoder;
}

/** Apple's PackBits: a signed byte n, then n + 1 bytes as they are, or one byte to be repeated 1 − n times; −128 means nothing. */
function unpackBits(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (let from = 0; from < packed.length && at < length;) {
    const count = ((packed[from++] as number) << 24) >> 24;
    if (count >= 0) {
      const run = packed.subarray(from, Math.min(from + count + 1, from + length - at));
      out.set(run, at);
      at += run.length;
      from += count + 1;
    } else if (count > -128) {
      out.fill(packed[from++] ?? 0, at, at + 1 - count);
      at += 1 - count;
    }
  }
  return out.subarray(0, Math.min(at, length));
}
