import type { ByteSource } from '../byte-source.js';
import type { PixelValues } from '../open-image.js';
import { damaged, UnreadableFile } from '../unreadable-file.js';
import { type Decompress, decompressorOf } from './decompress.js';
import type { TiffDirectory } from './directory.js';
import { rowBytesOf, type SampleKind, type SampleLayout, samplesArray, unpackSamples } from './samples.js';

/** Tag numbers of TIFF 6.0 that describe pixels. */
export const tag = {
  subfileType: 254, oldSubfileType: 255, width: 256, height: 257, bits: 258, compression: 259, photometric: 262,
  fillOrder: 266, description: 270, stripOffsets: 273, orientation: 274, samples: 277, rowsPerStrip: 278,
  stripBytes: 279, xResolution: 282, yResolution: 283, planar: 284, resolutionUnit: 296, software: 305, dateTime: 306,
  predictor: 317, colourMap: 320, tileWidth: 322, tileHeight: 323, tileOffsets: 324, tileBytes: 325,
  extraSamples: 338, sampleFormat: 339, noData: 42113,
} as const; // prettier-ignore

/** How the pixels of one image are stored. */
export interface TiffPage {
  readonly directory: TiffDirectory;
  /** Of the stored rows, before the picture is turned. */
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly kind: SampleKind;
  readonly samples: number;
  readonly photometric: number;
  readonly compression: number;
  readonly predictor: number;
  /** Each sample in a picture of its own. */
  readonly isPlanar: boolean;
  /** 1 to 8: see {@link turn}. */
  readonly orientation: number;
  /** Thumbnails, smaller copies and transparency masks of other images. */
  readonly isReduced: boolean;
}

/** What a page says of itself; throws {@link UnreadableFile} for what contradicts itself. */
export async function readTiffPage(directory: TiffDirectory): Promise<TiffPage> {
  const number = async (name: keyof typeof tag, fallback: number) => (await directory.number(tag[name])) ?? fallback;
  const samples = await number('samples', 1);
  const bits = await bitsOf(directory);
  const subfile = (await number('subfileType', 0)) & 0b101;
  return {
    directory,
    width: await number('width', 0),
    height: await number('height', 0),
    samples,
    bits,
    kind: kindOf(await number('sampleFormat', 1)),
    photometric: await number('photometric', 1),
    compression: await number('compression', 1),
    predictor: await number('predictor', 1),
    isPlanar: samples > 1 && (await number('planar', 1)) === 2,
    orientation: await number('orientation', 1),
    isReduced: subfile !== 0 || (await number('oldSubfileType', 1)) === 2,
  };
}

async function bitsOf(directory: TiffDirectory): Promise<number> {
  const all = new Set(await directory.numbers(tag.bits));
  if (all.size <= 1) return [...all][0] ?? 1;
  throw new UnreadableFile('its colours have different numbers of bits', 'Save it as grey TIFF or PNG.');
}

function kindOf(format: number): SampleKind {
  if (format === 1 || format === 4) return 'unsigned';
  if (format === 2) return 'signed';
  if (format === 3) return 'float';
  throw new UnreadableFile('its pixels are complex numbers', 'Save the amplitude as TIFF with 32 bits.');
}

/** Blocks of rows or tiles, as they lie in the file. */
interface Blocks {
  readonly width: number;
  readonly height: number;
  readonly offsets: readonly number[];
  readonly bytes: readonly number[];
}

async function blocksOf({ directory, width, height }: TiffPage): Promise<Blocks> {
  if (directory.has(tag.tileOffsets)) {
    return {
      width: (await directory.number(tag.tileWidth)) ?? 0,
      height: (await directory.number(tag.tileHeight)) ?? 0,
      offsets: await directory.numbers(tag.tileOffsets),
      bytes: await directory.numbers(tag.tileBytes),
    };
  }
  const rows = (await directory.number(tag.rowsPerStrip)) ?? height;
  return {
    width,
    height: Math.min(rows, height),
    offsets: await directory.numbers(tag.stripOffsets),
    bytes: await directory.numbers(tag.stripBytes),
  };
}

/** Whether {@link readSamples} knows the compression. */
export function isReadHere({ compression }: TiffPage): boolean {
  return decompressorOf(compression) !== undefined;
}

/**
 * The first `wanted` samples of each pixel, one array for each, row-major. Block by block, so that besides the result only one block is in
 * memory.
 */
export async function readSamples(
  source: ByteSource,
  page: TiffPage,
  littleEndian: boolean,
  wanted: number,
): Promise<PixelValues[]> {
  const { width, height, isPlanar, samples } = page;
  const blocks = await blocksOf(page);
  if (blocks.width < 1 || blocks.height < 1) throw damaged('its blocks of pixels have no size');
  if (blocks.width * blocks.height > 4 * Math.max(width * height, 1 << 22))
    throw damaged('its tiles are larger than it');
  const unpack = decompressorOf(page.compression);
  if (unpack === undefined) throw new RangeError(`compression ${page.compression}`);
  const reversed = (await page.directory.number(tag.fillOrder)) === 2;
  const layout: SampleLayout = { ...page, littleEndian, perPixel: isPlanar ? 1 : samples };
  const reader = { source, blocks, unpack, reversed, layout, page };
  const across = Math.ceil(width / blocks.width);
  const perPlane = across * Math.ceil(height / blocks.height);
  const planes = Array.from({ length: wanted }, () => samplesArray(page, width * height));
  for (let index = 0; index < perPlane * (isPlanar ? wanted : 1); index++) {
    const inPlane = index % perPlane;
    const place = { left: (inPlane % across) * blocks.width, top: Math.floor(inPlane / across) * blocks.height };
    const block = await readBlock(reader, index, height - place.top);
    const targets = isPlanar ? planes.slice(Math.floor(index / perPlane), Math.floor(index / perPlane) + 1) : planes;
    targets.forEach((target, sample) =>
      placeSample(target, block, { ...place, ...sizesOf(page, blocks, layout), sample }),
    );
  }
  return planes;
}

interface BlockReader {
  readonly source: ByteSource;
  readonly blocks: Blocks;
  readonly unpack: Decompress;
  readonly reversed: boolean;
  readonly layout: SampleLayout;
  readonly page: TiffPage;
}

async function readBlock(reader: BlockReader, index: number, rowsLeft: number): Promise<PixelValues> {
  const { source, blocks, unpack, reversed, layout, page } = reader;
  const isTiled = page.directory.has(tag.tileOffsets);
  const rows = isTiled ? blocks.height : Math.min(blocks.height, rowsLeft);
  const length = rows * rowBytesOf(layout, blocks.width);
  const at = blocks.offsets[index];
  // Plain strips without a count are as long as their pixels.
  const stored = blocks.bytes[index] ?? (page.compression === 1 ? length : undefined);
  if (at === undefined || stored === undefined) throw damaged('some of its blocks of pixels are missing');
  const packed = await source.read(at, page.compression === 1 ? Math.min(stored, length) : stored);
  const bytes = await unpack(reversed ? reverseBits(packed) : packed, length);
  if (bytes.length < length) throw damaged('a block of pixels is shorter than its size says');
  return unpackSamples(bytes.subarray(0, length), blocks.width, layout);
}

function sizesOf({ width, height }: TiffPage, blocks: Blocks, { perPixel }: SampleLayout) {
  return { width, height, blockWidth: blocks.width, perPixel };
}

interface BlockPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly blockWidth: number;
  readonly perPixel: number;
  /** Which sample of each pixel. */
  readonly sample: number;
}

/** Copies one sample of each pixel of a block to its place in the picture; what lies beyond the edge is left out. */
function placeSample(target: PixelValues, block: PixelValues, place: BlockPlace): void {
  const { left, top, width, height, blockWidth, perPixel, sample } = place;
  const rowSamples = blockWidth * perPixel;
  const rows = Math.min(block.length / rowSamples, height - top);
  const columns = Math.min(blockWidth, width - left);
  for (let row = 0; row < rows; row++) {
    const from = row * rowSamples;
    const to = (top + row) * width + left;
    if (perPixel === 1) target.set(block.subarray(from, from + columns), to);
    else for (let x = 0; x < columns; x++) target[to + x] = block[from + x * perPixel + sample] as number;
  }
}

function reverseBits(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => {
    const nibbles = ((byte & 0x0f) << 4) | (byte >> 4);
    const pairs = ((nibbles & 0x33) << 2) | ((nibbles >> 2) & 0x33);
    return ((pairs & 0x55) << 1) | ((pairs >> 1) & 0x55);
  });
}
