import { describe, expect, test } from '@jest/globals';
import { sourceOfBytes } from '../../../../src/imaging/byte-source.js';
import { openImage } from '../../../../src/imaging/formats.js';

const [width, height] = [7, 5];
const level = (x: number, y: number): number => (x * 29 + y * 47) % 256;

interface BitmapOptions {
  readonly bits: number;
  readonly topDown?: boolean;
  readonly masks?: readonly number[];
  readonly palette?: readonly number[];
  readonly value: (x: number, y: number) => number;
}

/** A bitmap by its definition: rows of whole words from the bottom, unless the height is negative. */
function bitmap({ bits, topDown = false, masks = [], palette = [], value }: BitmapOptions): Buffer {
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  const start = 54 + 4 * masks.length + 4 * palette.length;
  const file = Buffer.alloc(start + rowBytes * height);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40 + 4 * masks.length, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(topDown ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(masks.length > 0 ? 3 : 0, 30);
  masks.forEach((mask, index) => file.writeUInt32LE(mask, 54 + 4 * index));
  palette.forEach((grey, index) => file.set([grey, grey, grey, 0], 54 + 4 * masks.length + 4 * index));
  for (let y = 0; y < height; y++) {
    const row = start + (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) {
      if (bits < 8) {
        const at = row + Math.floor((x * bits) / 8);
        file[at] = (file[at] as number) | (value(x, y) << (8 - bits - ((x * bits) % 8)));
      } else file.writeUIntLE(value(x, y), row + (x * bits) / 8, bits / 8);
    }
  }
  return file;
}

const grey = (x: number, y: number): number => level(x, y) * 0x010101;

describe('bitmaps', () => {
  test.each([
    ['24 bits', { bits: 24, value: grey }],
    ['24 bits from the top', { bits: 24, topDown: true, value: grey }],
    ['32 bits', { bits: 32, value: grey }],
    [
      '32 bits in another order',
      { bits: 32, masks: [0xff000000, 0xff0000, 0xff00], value: (x, y) => grey(x, y) * 256 },
    ],
    [
      '8 bits with a palette',
      { bits: 8, palette: [...Array(256).keys()].map((each) => 255 - each), value: (x, y) => 255 - level(x, y) },
    ],
  ] as [string, BitmapOptions][])('%s', async (_, options) => {
    const image = await openImage(sourceOfBytes(bitmap(options)));
    const { values } = await image.read(0);
    expect(Array.from(values)).toEqual(
      Array.from({ length: width * height }, (__, i) => level(i % width, Math.floor(i / width))),
    );
  });

  test.each([1, 4])('%i bits with a palette', async (bits) => {
    const palette = [...Array(1 << bits).keys()].map((each) => (each * 255) / ((1 << bits) - 1));
    const value = (x: number, y: number): number => (x + y) % (1 << bits);
    const { values } = await (await openImage(sourceOfBytes(bitmap({ bits, palette, value })))).read(0);
    expect(Array.from(values)).toEqual(
      Array.from({ length: width * height }, (_, i) => palette[value(i % width, Math.floor(i / width))]),
    );
  });

  test('16 bits, five for each colour', async () => {
    const five = (x: number, y: number): number => (3 * x + 5 * y) % 32;
    const file = bitmap({ bits: 16, value: (x, y) => five(x, y) * 0b000010000100001 });
    const { values } = await (await openImage(sourceOfBytes(file))).read(0);
    expect(Array.from(values)).toEqual(
      Array.from({ length: width * height }, (_, i) => Math.round((five(i % width, Math.floor(i / width)) * 255) / 31)),
    );
  });

  test('a packed one is named', async () => {
    const file = bitmap({ bits: 8, palette: [...Array(256).keys()], value: level });
    file.writeUInt32LE(1, 30);
    await expect(openImage(sourceOfBytes(file))).rejects.toThrow('packed BMP');
  });

  test('cut anywhere: a reason', async () => {
    const file = bitmap({ bits: 8, palette: [...Array(256).keys()], value: level });
    for (let length = 1; length < file.length; length += 9) {
      await expect(openImage(sourceOfBytes(file.subarray(0, length))).then((image) => image.read(0))).rejects.toThrow();
    }
  });
});
