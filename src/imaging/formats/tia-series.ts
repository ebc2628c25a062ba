import { ByteCursor } from '../byte-cursor.js';
import type { ByteSource } from '../byte-source.js';
import type { OpenImage, RawFrame } from '../open-image.js';
import { lengthInNm, plausiblePixelSize } from '../pixel-size.js';
import {
  float32,
  float64,
  int8,
  int16,
  int32,
  type NumberKind,
  readNumbers,
  sizeOf,
  uint8,
  uint16,
  uint32,
} from '../read-numbers.js';
import { damaged, UnreadableFile } from '../unreadable-file.js';

/*
 * Series of FEI's TIA (.ser), little-endian: a head, a list of places, and at each of them an image with its own calibration. Rows go from the
 * bottom to the top.
 */

const kinds: Readonly<Record<number, NumberKind>> = {
  1: uint8, 2: uint16, 3: uint32, 4: int8, 5: int16, 6: int32, 7: float32, 8: float64,
}; // prettier-ignore

const images = 0x4122;
const mostElements = 65_536;

interface Element {
  readonly width: number;
  readonly height: number;
  readonly kind: NumberKind;
  /** Where its pixels begin. */
  readonly at: number;
  /** Metres per pixel. */
  readonly scale: readonly [x: number, y: number];
}

/** Opens a series: each of its images is a frame. */
export async function openTiaSeries(source: ByteSource): Promise<OpenImage> {
  const places = await placesOf(source);
  const elements: Element[] = [];
  for (const place of places) elements.push(await readElement(source, place));
  const [first] = elements;
  if (first === undefined) throw damaged('it holds no image');
  const metres = (value: number) => lengthInNm(Math.abs(value), 'm');
  return {
    frames: elements.map(({ width, height }) => ({ width, height })),
    defaultFrame: 0,
    pixelSizeNm: plausiblePixelSize(metres(first.scale[0]), metres(first.scale[1])),
    acquisition: {},
    warnings: [],
    read: (frame) => readPixels(source, elements[frame]),
  };
}

async function placesOf(source: ByteSource): Promise<number[]> {
  const cursor = new ByteCursor(source, 4);
  const head = await cursor.take(18);
  const isWide = head.getUint16(0, true) >= 0x220;
  if (head.getInt32(2, true) !== images) {
    throw new UnreadableFile('it is a series of spectra, not of images', 'Give the series of images.');
  }
  // Of those that were planned, the later ones may never have been taken.
  const count = Math.min(sizeOf(head.getInt32(14, true), 'number of images'), mostElements);
  const list = await cursor.take(8);
  cursor.at = isWide ? Number(list.getBigInt64(0, true)) : list.getInt32(0, true);
  const places: number[] = [];
  for (let index = 0; index < count; index++) {
    const place = await cursor.take(isWide ? 8 : 4);
    places.push(isWide ? Number(place.getBigInt64(0, true)) : place.getInt32(0, true));
  }
  return places;
}

const elementBytes = 50;

async function readElement(source: ByteSource, place: number): Promise<Element> {
  const view = await new ByteCursor(source, place).take(elementBytes);
  const type = view.getInt16(40, true);
  const kind = kinds[type];
  if (kind === undefined) throw new UnreadableFile('its pixels are complex numbers', 'Save the amplitude as TIFF.');
  return {
    width: sizeOf(view.getInt32(42, true), 'width'),
    height: sizeOf(view.getInt32(46, true), 'height'),
    kind,
    at: place + elementBytes,
    scale: [view.getFloat64(8, true), view.getFloat64(28, true)],
  };
}

async function readPixels(source: ByteSource, element: Element | undefined): Promise<RawFrame> {
  if (element === undefined) throw new RangeError('no such frame');
  const { width, height, kind, at } = element;
  const stored = await readNumbers(source, { ...kind, at, count: width * height, littleEndian: true });
  const values = stored.slice();
  for (let y = 0; y < height; y++) {
    values.set(stored.subarray(y * width, (y + 1) * width), (height - 1 - y) * width);
  }
  return { width, height, values };
}
