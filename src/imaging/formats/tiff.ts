import { mapValues } from '../../core/map-values.js';
import type { ByteSource } from '../byte-source.js';
import { emptyWhere, greyFrame, onBlack } from '../colours.js';
import { type OpenImage, type PixelValues, type RawFrame, sameSize } from '../open-image.js';
import { readTiffDirectories, type TiffDirectory } from '../tiff/directory.js';
import { imageJPlanes } from '../tiff/imagej-planes.js';
import { readTiffMetadata } from '../tiff/metadata.js';
import { isReadHere, readSamples, readTiffPage, tag, type TiffPage } from '../tiff/page.js';
import { swapsSides, turn } from '../turn.js';
import { UnreadableFile } from '../unreadable-file.js';
import { readPicture } from './pictures.js';

/*
 * TIFF and BigTIFF of any number format and packing. Pixels are read here, so that the same data give the same grey however they are packed
 * and no more is allocated than the picture needs; only pictures packed as such (JPEG, fax, CMYK, …) go through sharp.
 */

const colour = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, yCbCr: 6, lab: 8, iccLab: 9 } as const;

/** Opens a TIFF: its full-resolution images are the frames, and the largest is taken where nobody says. */
export async function openTiff(source: ByteSource): Promise<OpenImage> {
  const { littleEndian, pages: directories } = await readTiffDirectories(source);
  const all: (TiffPage & { readonly index: number })[] = [];
  for (const [index, directory] of directories.entries()) all.push({ ...(await readTiffPage(directory)), index });
  const full = all.filter(({ isReduced }) => !isReduced);
  const pages = full.length > 0 ? full : all;
  const sizes = pages.map(sizeOf);
  const defaultFrame = largest(sizes);
  const first = pages[defaultFrame];
  if (first === undefined) throw new RangeError('no page');
  const metadata = await readTiffMetadata(first.directory, littleEndian);
  const planes = pages.length === 1 ? await imageJPlanes(source, first) : 1;
  return {
    ...metadata,
    frames: planes > 1 ? sameSize(planes, sizeOf(first)) : sizes,
    defaultFrame: planes > 1 ? 0 : defaultFrame,
    warnings: warnOfReduced(all.length - pages.length),
    read: (frame) => {
      const page = planes > 1 ? planeOf(first, frame) : pages[frame];
      if (page === undefined) throw new RangeError(`frame ${frame}`);
      return readFrame(source, page, littleEndian);
    },
  };
}

function warnOfReduced(count: number): string[] {
  if (count === 0) return [];
  return [`${count} thumbnail${count === 1 ? ' or smaller copy' : 's or smaller copies'} in the file left out`];
}

function sizeOf({ width, height, orientation }: TiffPage) {
  return swapsSides(orientation) ? { width: height, height: width } : { width, height };
}

/** The first of those with the most pixels. */
function largest(sizes: readonly { readonly width: number; readonly height: number }[]): number {
  const areas = sizes.map(({ width, height }) => width * height);
  return areas.indexOf(areas.reduce((most, area) => Math.max(most, area), 0));
}

/** The same page with its pixels further down, as ImageJ writes large stacks. */
function planeOf<Page extends TiffPage>(page: Page, plane: number): Page {
  const planeBytes = (page.width * page.height * page.samples * page.bits) / 8;
  const { directory } = page;
  const moved: TiffDirectory = {
    ...directory,
    number: async (wanted) => {
      if (wanted === tag.rowsPerStrip) return page.height;
      return directory.number(wanted);
    },
    numbers: async (wanted) => {
      if (wanted === tag.stripBytes) return [planeBytes];
      const values = await directory.numbers(wanted);
      return wanted === tag.stripOffsets ? [(values[0] ?? 0) + plane * planeBytes] : values;
    },
  };
  return { ...page, directory: moved };
}

async function readFrame(
  source: ByteSource,
  page: TiffPage & { readonly index: number },
  littleEndian: boolean,
): Promise<RawFrame> {
  const { cmyk, yCbCr, lab, iccLab } = colour;
  const isPicture = ([cmyk, yCbCr, lab, iccLab] as number[]).includes(page.photometric);
  if (isReadHere(page) && !isPicture) return turnFrame(await readHere(source, page, littleEndian), page.orientation);
  try {
    return await readPicture(await source.read(0, source.size), page.index);
  } catch (thrown) {
    throw unreadPacking(page, thrown);
  }
}

function turnFrame(frame: RawFrame, orientation: number): RawFrame {
  const { width, height, empty } = frame;
  const turned = turn(frame, orientation);
  return { ...frame, ...turned, empty: empty && turn({ width, height, values: empty }, orientation).values };
}

const compressionNames: Readonly<Record<number, string>> = {
  2: 'fax', 3: 'fax', 4: 'fax', 6: 'JPEG', 7: 'JPEG', 34712: 'JPEG 2000', 33003: 'JPEG 2000', 33005: 'JPEG 2000',
  34887: 'LERC', 34925: 'LZMA', 50001: 'WebP', 50002: 'JPEG XL', 65000: 'EER', 65001: 'EER', 65002: 'EER',
}; // prettier-ignore

function unreadPacking({ compression }: TiffPage, cause: unknown): UnreadableFile {
  const name = compressionNames[compression] ?? 'unknown';
  return new UnreadableFile(
    `its pixels are packed in a way that is not read, or are damaged (TIFF compression ${compression}, ${name})`,
    'Save it as TIFF without compression, or with LZW or ZIP.',
    cause,
  );
}

/** Grey, with the frame's own warnings. */
async function readHere(source: ByteSource, page: TiffPage, littleEndian: boolean): Promise<RawFrame> {
  const { width, height, photometric, samples } = page;
  const colours = photometric === colour.rgb && samples >= 3 ? 3 : 1;
  const extra = await page.directory.numbers(tag.extraSamples);
  const alphaKind = samples > colours ? (extra[0] ?? (samples - colours === 1 ? 2 : 0)) : 0;
  const hasAlpha = alphaKind === 1 || alphaKind === 2;
  const planes = await readSamples(source, page, littleEndian, colours + (hasAlpha ? 1 : 0));
  const alpha = hasAlpha ? planes[colours] : undefined;
  const shown = planes.slice(0, colours).map((plane) => shownOnBlack(plane, alphaKind === 2 ? alpha : undefined, page));
  const [first, second, third] = shown;
  if (first === undefined) throw new RangeError('no samples');
  const grey =
    second !== undefined && third !== undefined
      ? await greyFrame({ width, height }, [first, second, third])
      : await brightIsHigh(first, page);
  const left = samples - colours - (hasAlpha ? 1 : 0);
  return {
    ...grey,
    empty: joinEmpty(alpha && emptyWhere(alpha), await noDataOf(first, page)),
    warnings: [...(grey.warnings ?? []), ...(left > 0 ? [`${left} of ${samples} channels in the file left out`] : [])],
  };
}

function shownOnBlack(plane: PixelValues, alpha: PixelValues | undefined, { kind, bits }: TiffPage): PixelValues {
  if (alpha === undefined) return plane;
  return onBlack(plane, alpha, kind === 'float' ? 1 : 2 ** (kind === 'signed' ? bits - 1 : bits) - 1);
}

/** Values of which more is brighter: palettes resolved, negatives turned. */
async function brightIsHigh(values: PixelValues, page: TiffPage): Promise<RawFrame> {
  const { photometric, kind, bits, width, height, directory } = page;
  if (photometric === colour.palette) {
    const planes = await paletteColours(values, bits, directory);
    return greyFrame({ width, height }, planes);
  }
  const grey = { width, height, warnings: [] };
  if (photometric !== colour.whiteIsZero) return { ...grey, values };
  if (kind === 'unsigned' && bits <= 32) {
    const white = 2 ** bits - 1;
    return { ...grey, values: values.map((value) => white - value) };
  }
  // The negative of the least signed number does not fit; floats lose nothing of 32 bits that a screen could show.
  return { ...grey, values: mapValues(new Float64Array(values.length), values, (value) => -value) };
}

async function paletteColours(indices: PixelValues, bits: number, directory: TiffDirectory) {
  const map = await directory.numbers(tag.colourMap);
  const count = 2 ** bits;
  // Some old programs write bytes where 16 bits belong.
  const shift = map.some((value) => value > 255) ? 8 : 0;
  const plane = (channel: number) =>
    mapValues(new Uint8Array(indices.length), indices, (index) => (map[channel * count + index] ?? 0) >> shift);
  return [plane(0), plane(1), plane(2)] as const;
}

/** Pixels with the value that GDAL's tag gives to those without data. */
async function noDataOf(values: PixelValues, { directory }: TiffPage): Promise<Uint8Array | undefined> {
  const text = await directory.text(tag.noData);
  const noData = text === undefined || text.trim() === '' ? NaN : Number(text);
  return values.includes(noData) && !Number.isNaN(noData)
    ? mapValues(new Uint8Array(values.length), values, (value) => (value === noData ? 1 : 0))
    : undefined;
}

function joinEmpty(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a.map((value, index) => value | (b[index] as number));
}
