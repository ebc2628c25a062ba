import { compressionNumbers, packBlock, type TiffCompression } from './tiff-packing.js';

/** A value of a tag: ASCII for texts, RATIONAL for pairs, DOUBLE where it says so, else SHORT or LONG as the numbers need. */
export type TagValue =
  string | number | readonly number[] | { readonly rational: readonly number[] } | { readonly double: number };

/** One image of a TIFF file, and how it is packed. */
export interface TiffImage {
  readonly width: number;
  readonly height: number;
  /** Samples of each pixel, a plane for each: numbers of the kind. */
  readonly planes: readonly ArrayLike<number>[];
  readonly kind?: 'unsigned' | 'signed' | 'float';
  readonly bits?: number;
  readonly compression?: TiffCompression;
  readonly predictor?: 1 | 2 | 3;
  readonly planar?: boolean;
  readonly tile?: readonly [width: number, height: number];
  readonly rowsPerStrip?: number;
  readonly fillOrder?: 1 | 2;
  /** All other tags, photometric interpretation (262) included. */
  readonly tags?: Readonly<Record<number, TagValue>>;
}

export interface TiffFileOptions {
  readonly littleEndian?: boolean;
  readonly big?: boolean;
}

/** A TIFF or BigTIFF file of any packing, written by the definition, for tests of the reader. */
export function writeTiff(
  images: readonly TiffImage[],
  { littleEndian = true, big = false }: TiffFileOptions = {},
): Buffer {
  const file = new TiffWriter(littleEndian, big);
  for (const image of images) file.add(image);
  return file.finish();
}

class TiffWriter {
  #parts: Buffer[] = [];
  #length = 0;
  /** Where the place of the next directory is to be written. */
  #link: { part: Buffer; at: number };
  readonly #little: boolean;
  readonly #big: boolean;

  constructor(littleEndian: boolean, big: boolean) {
    this.#little = littleEndian;
    this.#big = big;
    const head = Buffer.alloc(big ? 16 : 8);
    head.write(littleEndian ? 'II' : 'MM', 'latin1');
    this.#u16(head, big ? 43 : 42, 2);
    if (big) this.#u16(head, 8, 4);
    this.#link = { part: head, at: big ? 8 : 4 };
    this.#push(head);
  }

  add(image: TiffImage): void {
    const { width, height, planes, bits = 8, kind = 'unsigned', compression = 'none', predictor = 1 } = image;
    const { planar = false, tile, rowsPerStrip = height, fillOrder = 1, tags = {} } = image;
    const [blockWidth, blockHeight] = tile ?? [width, rowsPerStrip];
    const groups = planar ? planes.map((plane) => [plane]) : [planes];
    const offsets: number[] = [];
    const counts: number[] = [];
    for (const group of groups) {
      for (let top = 0; top < height; top += blockHeight) {
        const rows = tile === undefined ? Math.min(blockHeight, height - top) : blockHeight;
        for (let left = 0; left < width; left += blockWidth) {
          const raw = this.#block(group, image, { left, top, width: blockWidth, height: rows });
          const packed = packBlock(raw, compression);
          offsets.push(this.#push(fillOrder === 2 ? (packed.map(mirrorBits) as Buffer) : packed));
          counts.push(packed.length);
        }
      }
    }
    const blocks: Record<number, TagValue> =
      tile === undefined
        ? { 273: offsets, 278: rowsPerStrip, 279: counts }
        : { 322: blockWidth, 323: blockHeight, 324: offsets, 325: counts };
    this.#directory({
      256: width, 257: height, 258: planes.map(() => bits), 259: compressionNumbers[compression], 262: planes.length >= 3 ? 2 : 1,
      277: planes.length, 284: planar ? 2 : 1, 317: predictor, 266: fillOrder,
      339: planes.map(() => ({ unsigned: 1, signed: 2, float: 3 })[kind]),
      ...blocks, ...tags,
    }); // prettier-ignore
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #block(
    planes: readonly ArrayLike<number>[],
    image: TiffImage,
    block: { left: number; top: number; width: number; height: number },
  ) {
    const { width, height, bits = 8, kind = 'unsigned', predictor = 1 } = image;
    const rowSamples = block.width * planes.length;
    const rowBytes = Math.ceil((rowSamples * bits) / 8);
    const out = Buffer.alloc(rowBytes * block.height);
    for (let y = 0; y < block.height; y++) {
      const samples = Array.from({ length: rowSamples }, (_, index) => {
        const x = Math.min(width - 1, block.left + Math.floor(index / planes.length));
        return planes[index % planes.length]?.[Math.min(height - 1, block.top + y) * width + x] as number;
      });
      out.set(this.#row(samples, kind, bits, predictor, planes.length), y * rowBytes);
    }
    return out;
  }

  #row(samples: readonly number[], kind: string, bits: number, predictor: number, stride: number): Buffer {
    if (bits % 8 !== 0) return packOddBits(samples, bits);
    const bytes = bits / 8;
    const row = Buffer.alloc(samples.length * bytes);
    samples.forEach((value, index) => writeNumber(row, index * bytes, value, { kind, bits, little: true }));
    if (predictor === 3) return floatDifferences(row, samples.length, bytes, stride);
    if (predictor === 2) differences(row, bits, stride);
    if (!this.#little) swap(row, bytes);
    return row;
  }

  #directory(tags: Readonly<Record<number, TagValue>>): void {
    const entries = Object.entries(tags).map(([tag, value]) => ({ tag: Number(tag), ...this.#encode(value) }));
    const inline = this.#big ? 8 : 4;
    const placed = entries.map(({ data, ...entry }) => {
      if (data.length <= inline) return { ...entry, data: Buffer.concat([data, Buffer.alloc(inline - data.length)]) };
      const at = this.#push(data);
      return { ...entry, data: this.#offset(at) };
    });
    const [countBytes, entryBytes] = this.#big ? [8, 20] : [2, 12];
    const directory = Buffer.alloc(countBytes + placed.length * entryBytes + inline);
    if (this.#big) directory.set(this.#offset(placed.length));
    else this.#u16(directory, placed.length, 0);
    placed.forEach(({ tag, type, count, data }, index) => {
      const at = countBytes + index * entryBytes;
      this.#u16(directory, tag, at);
      this.#u16(directory, type, at + 2);
      directory.set(this.#offset(count), at + 4);
      directory.set(data, at + 4 + inline);
    });
    const at = this.#push(directory);
    this.#link.part.set(this.#offset(at), this.#link.at);
    this.#link = { part: directory, at: directory.length - inline };
  }

  #encode(value: TagValue): { type: number; count: number; data: Buffer } {
    if (typeof value === 'string')
      return { type: 2, count: value.length + 1, data: Buffer.from(`${value}\0`, 'latin1') };
    if (typeof value === 'object' && 'double' in value) {
      const data = Buffer.alloc(8);
      writeNumber(data, 0, value.double, { kind: 'float', bits: 64, little: this.#little });
      return { type: 12, count: 1, data };
    }
    const isRational = typeof value === 'object' && 'rational' in value;
    const numbers = isRational ? value.rational : typeof value === 'number' ? [value] : value;
    const bits = isRational || numbers.some((number) => number > 65_535) ? 32 : 16;
    const data = Buffer.alloc((numbers.length * bits) / 8);
    numbers.forEach((number, index) =>
      writeNumber(data, (index * bits) / 8, number, { kind: 'unsigned', bits, little: this.#little }),
    );
    return { type: isRational ? 5 : bits === 32 ? 4 : 3, count: numbers.length / (isRational ? 2 : 1), data };
  }

  #offset(value: number): Buffer {
    const bits = this.#big ? 64 : 32;
    const out = Buffer.alloc(bits / 8);
    writeNumber(out, 0, value, { kind: 'unsigned', bits, little: this.#little });
    return out;
  }

  #u16(target: Buffer, value: number, at: number): void {
    writeNumber(target, at, value, { kind: 'unsigned', bits: 16, little: this.#little });
  }

  #push(part: Buffer): number {
    const at = this.#length;
    const padded = part.length % 2 === 0 ? part : Buffer.concat([part, Buffer.alloc(1)]);
    this.#parts.push(part.length % 2 === 0 ? part : padded);
    this.#length += padded.length;
    return at;
  }
}

/** Writes a number of any kind; floats of 16 bits are rounded to nearest. */
export function writeNumber(
  target: Buffer,
  at: number,
  value: number,
  { kind, bits, little }: { readonly kind: string; readonly bits: number; readonly little: boolean },
): void {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  if (kind === 'float') {
    if (bits === 16) view.setUint16(at, halfOf(value), little);
    else if (bits === 32) view.setFloat32(at, value, little);
    else view.setFloat64(at, value, little);
  } else if (bits === 64) view.setBigInt64(at, BigInt(value), little);
  else if (bits === 32) view.setInt32(at, value | 0, little);
  else if (bits === 16) view.setInt16(at, value, little);
  else view.setInt8(at, value);
}

/** IEEE 754 binary16 of a number of modest size. */
export function halfOf(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | (((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024));
}

function packOddBits(samples: readonly number[], bits: number): Buffer {
  const text = samples.map((value) => value.toString(2).padStart(bits, '0')).join('');
  return Buffer.from((text.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}

function differences(row: Buffer, bits: number, stride: number): void {
  const bytes = bits / 8;
  const mask = (1n << BigInt(bits)) - 1n;
  const read = (index: number) =>
    BigInt(
      `0x${Buffer.from(row.subarray(index * bytes, (index + 1) * bytes))
        .reverse()
        .toString('hex')}`,
    );
  for (let index = row.length / bytes - 1; index >= stride; index--) {
    const difference = (read(index) - read(index - stride)) & mask;
    row.set(Buffer.from(difference.toString(16).padStart(2 * bytes, '0'), 'hex').reverse(), index * bytes);
  }
}

function floatDifferences(row: Buffer, samples: number, bytes: number, stride: number): Buffer {
  const out = Buffer.alloc(row.length);
  for (let sample = 0; sample < samples; sample++) {
    for (let byte = 0; byte < bytes; byte++)
      out[byte * samples + sample] = row[sample * bytes + bytes - 1 - byte] as number;
  }
  for (let at = out.length - 1; at >= stride; at--) out[at] = (out[at] as number) - (out[at - stride] as number);
  return out;
}

function swap(row: Buffer, bytes: number): void {
  if (bytes === 2) row.swap16();
  else if (bytes === 4) row.swap32();
  else if (bytes === 8) row.swap64();
  else if (bytes === 3) for (let at = 0; at < row.length; at += 3) row.subarray(at, at + 3).reverse();
}

function mirrorBits(byte: number): number {
  return Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2);
}
