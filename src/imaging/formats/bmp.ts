import { type ByteSource, viewOf } from '../byte-source.js';
import { greyFrame } from '../colours.js';
import type { OpenImage, RawFrame } from '../open-image.js';
import { damaged, UnreadableFile } from '../unreadable-file.js';

/*
 * Windows bitmaps: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits of colours, rows from the bottom unless the height is negative.
 */

interface Head {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly pixelsAt: number;
  /** Red, green and blue within a pixel of 16 or 32 bits. */
  readonly masks: readonly [red: number, green: number, blue: number];
  /** Blue, green, red and nothing for each colour; empty where pixels are colours themselves. */
  readonly palette: Uint8Array;
}

const [plain, bitFields, alphaBitFields] = [0, 3, 6];

/** Opens a bitmap. */
export async function openBmp(source: ByteSource): Promise<OpenImage> {
  const head = await readHead(source);
  const { width, height } = head;
  return {
    frames: [{ width, height }],
    defaultFrame: 0,
    // The resolution in the header is that of a screen.
    pixelSizeNm: null,
    acquisition: {},
    warnings: [],
    read: () => readPixels(source, head),
  };
}

async function readHead(source: ByteSource): Promise<Head> {
  const view = viewOf(await source.read(0, Math.min(138, source.size)));
  const headerBytes = view.getUint32(14, true);
  const isOld = headerBytes === 12;
  const height = isOld ? view.getInt16(20, true) : view.getInt32(22, true);
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? plain : view.getUint32(30, true);
  if (![1, 4, 8, 16, 24, 32].includes(bits) || width < 1 || height === 0) throw damaged('its header makes no sense');
  const hasMasks = compression === bitFields || compression === alphaBitFields;
  if (compression !== plain && !hasMasks) {
    throw new UnreadableFile('it is a packed BMP picture', 'Save it as PNG or TIFF.');
  }
  const pixelsAt = view.getUint32(10, true);
  const masks = hasMasks
    ? ([54, 58, 62].map((at) => view.getUint32(at, true)) as [number, number, number])
    : masksOf(bits);
  const entryBytes = isOld ? 3 : 4;
  const stored = isOld ? 0 : view.getUint32(46, true);
  const colours = bits > 8 ? 0 : Math.min(stored === 0 ? 1 << bits : stored, 1 << bits);
  const palette = await source.read(14 + headerBytes, colours * entryBytes);
  return {
    width,
    height: Math.abs(height),
    isTopDown: height < 0,
    bits,
    pixelsAt,
    masks,
    palette: widened(palette, entryBytes),
  };
}

function masksOf(bits: number): readonly [number, number, number] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

function widened(palette: Uint8Array, entryBytes: number): Uint8Array {
  if (entryBytes === 4) return palette;
  return Uint8Array.from({ length: (palette.length / 3) * 4 }, (_, at) => palette[(at >> 2) * 3 + (at & 3)] ?? 0);
}

async function readPixels(source: ByteSource, head: Head): Promise<RawFrame> {
  const { width, height, bits, isTopDown, pixelsAt, masks, palette } = head;
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  const bytes = await source.read(pixelsAt, rowBytes * height);
  const planes = [0, 1, 2].map(() => new Uint8Array(width * height)) as [Uint8Array, Uint8Array, Uint8Array];
  const lows = masks.map((mask) => 31 - Math.clz32(mask & -mask));
  const fulls = masks.map((mask, channel) => Math.max(1, mask >>> Math.max(0, lows[channel] as number)));
  for (let y = 0; y < height; y++) {
    const row = (isTopDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) {
      const value = pixelAt(bytes, row, x, bits);
      for (let channel = 0; channel < 3; channel++) {
        const colour =
          bits <= 8
            ? (palette[4 * value + 2 - channel] ?? 0)
            : (255 * ((value & (masks[channel] as number)) >>> Math.max(0, lows[channel] as number))) /
              (fulls[channel] as number);
        (planes[channel] as Uint8Array)[y * width + x] = Math.round(colour);
      }
    }
  }
  return greyFrame({ width, height }, planes);
}

function pixelAt(bytes: Uint8Array, row: number, x: number, bits: number): number {
  if (bits < 8) {
    const bit = x * bits;
    return ((bytes[row + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
  }
  let value = 0;
  const start = row + (x * bits) / 8;
  for (let byte = bits / 8 - 1; byte >= 0; byte--) value = (value << 8) | (bytes[start + byte] as number);
  return value >>> 0;
}
