import { withoutTrailing } from '../../core/without-trailing.js';
import { ByteCursor } from '../byte-cursor.js';
import type { ByteSource } from '../byte-source.js';
import { greyFrame } from '../colours.js';
import { type Acquisition, type OpenImage, type PixelSizeNm, sameSize } from '../open-image.js';
import { lengthInNm, plausiblePixelSize } from '../pixel-size.js';
import {
  float32,
  float64,
  framesInFile,
  int8,
  int16,
  int32,
  int64,
  type NumberKind,
  readNumbers,
  sizeOf,
  uint8,
  uint16,
  uint32,
  uint64,
} from '../read-numbers.js';
import { damaged, UnreadableFile } from '../unreadable-file.js';

/*
 * Gatan DigitalMicrograph 3 and 4: a tree of tags. Tags have their names and lengths in big-endian order, values in the order that the file
 * names; arrays are not read but where they are asked for.
 */

/** An array in the file. */
interface StoredArray {
  readonly at: number;
  readonly count: number;
  /** Null for arrays of structures. */
  readonly element: NumberKind | null;
}

type Tag = number | StoredArray | TagGroup;
/** Tags by name; those without a name by their place. */
type TagGroup = ReadonlyMap<string, Tag>;

/** Numbers of the kinds of tags. */
const tagKinds: Readonly<Record<number, NumberKind>> = {
  2: int16, 3: int32, 4: uint16, 5: uint32, 6: float32, 7: float64, 8: uint8, 9: uint8, 10: int8, 11: int64, 12: uint64,
}; // prettier-ignore
const [structure, text, array] = [15, 18, 20];

/** Numbers of the kinds of pixels. */
const pixelKinds: Readonly<Record<number, NumberKind>> = {
  1: int16, 2: float32, 6: uint8, 7: int32, 9: int8, 10: uint16, 11: uint32, 12: float64, 14: uint8, 39: int64, 40: uint64,
}; // prettier-ignore
/** Four bytes a pixel: blue, green, red and nothing. */
const colourType = 23;

const [mostDepth, mostTags] = [64, 1_000_000];

/** Opens the image of a DM3 or DM4 file; of several the first that is no thumbnail. */
export async function openDigitalMicrograph(source: ByteSource): Promise<OpenImage> {
  const { root, littleEndian } = await readTags(source);
  const images = [...groupAt(root, 'ImageList').values()].filter(isGroup);
  const thumbnails = thumbnailsOf(root, images.length);
  const candidates = images.filter((_, index) => !thumbnails.has(index));
  const pictures = candidates.filter((image) => groupAt(groupAt(image, 'ImageData'), 'Dimensions').size >= 2);
  const [image] = pictures;
  if (image === undefined) {
    throw new UnreadableFile(
      candidates.length > 0 ? 'it holds a spectrum, not an image' : 'it holds no image',
      'Give a file with an image.',
    );
  }
  return openPixels(source, image, littleEndian, pictures.length);
}

async function openPixels(source: ByteSource, image: TagGroup, littleEndian: boolean, count: number) {
  const data = groupAt(image, 'ImageData');
  const sizes = [...groupAt(data, 'Dimensions').values()].map((size) => sizeOf(Number(size), 'size'));
  const [width = 0, height = 0, ...rest] = sizes;
  const type = Number(data.get('DataType'));
  const kind = type === colourType ? { ...uint8, bits: 32 } : pixelKinds[type];
  if (kind === undefined) throw unreadType(type);
  const stored = data.get('Data');
  if (!isArray(stored)) throw damaged('it holds no pixels');
  const pixels = width * height;
  const frameBytes = (pixels * kind.bits) / 8;
  const claimed = rest.reduce((product, size) => product * size, 1);
  const frames = framesInFile(source, stored.at, frameBytes, claimed);
  const place = (frame: number) => ({ at: stored.at + frame * frameBytes, littleEndian });
  return {
    frames: sameSize(frames, { width, height }),
    defaultFrame: 0,
    pixelSizeNm: await pixelSizeOf(source, data, littleEndian),
    acquisition: await acquisitionOf(source, groupAt(image, 'ImageTags'), littleEndian),
    warnings: count > 1 ? [`the file holds ${count} images of different kinds: only the first was taken`] : [],
    read: async (frame: number) => {
      if (type !== colourType) {
        return { width, height, values: await readNumbers(source, { ...place(frame), ...kind, count: pixels }) };
      }
      const bytes = await readNumbers(source, { ...place(frame), ...uint8, count: 4 * pixels });
      const plane = (channel: number) =>
        Uint8Array.from({ length: pixels }, (_, at) => bytes[4 * at + channel] as number);
      return greyFrame({ width, height }, [plane(2), plane(1), plane(0)]);
    },
  } satisfies OpenImage;
}

function unreadType(type: number): UnreadableFile {
  const isComplex = [3, 5, 13, 27, 28].includes(type);
  return new UnreadableFile(
    isComplex ? 'its pixels are complex numbers' : `its pixels are of a kind that is not read (${type})`,
    isComplex ? 'Save the amplitude in DigitalMicrograph.' : 'Save it as TIFF.',
  );
}

/** Which images of the list are thumbnails: those that are named so, else the first of several. */
function thumbnailsOf(root: TagGroup, count: number): ReadonlySet<number> {
  const named = [...groupAt(root, 'Thumbnails').values()].flatMap((tag) => {
    const index = isGroup(tag) ? tag.get('ImageIndex') : undefined;
    return typeof index === 'number' ? index : [];
  });
  return new Set(named.length > 0 ? named : count > 1 ? [0] : []);
}

async function pixelSizeOf(source: ByteSource, data: TagGroup, littleEndian: boolean): Promise<PixelSizeNm | null> {
  const axes = [...groupAt(groupAt(data, 'Calibrations'), 'Dimension').values()].slice(0, 2);
  const lengths: (number | undefined)[] = [];
  for (const axis of axes) {
    if (!isGroup(axis)) return null;
    const units = await textAt(source, axis.get('Units'), littleEndian);
    lengths.push(lengthInNm(Math.abs(Number(axis.get('Scale'))), units ?? ''));
  }
  return plausiblePixelSize(lengths[0], lengths[1]);
}

async function acquisitionOf(source: ByteSource, tags: TagGroup, littleEndian: boolean): Promise<Acquisition> {
  const microscope = groupAt(tags, 'Microscope Info');
  const bar = groupAt(tags, 'DataBar');
  const positive = (tag: Tag | undefined) => (typeof tag === 'number' && tag > 0 ? tag : undefined);
  const words = (tag: Tag | undefined) => textAt(source, tag, littleEndian);
  const volts = positive(microscope.get('Voltage'));
  const date = [await words(bar.get('Acquisition Date')), await words(bar.get('Acquisition Time'))];
  return {
    highTensionKv: volts && volts / 1000,
    magnification: positive(microscope.get('Indicated Magnification')),
    detector: await words(bar.get('Signal Name')),
    date: date.filter((part) => part !== undefined).join(' ') || undefined,
  };
}

const longestText = 4096;

async function textAt(source: ByteSource, tag: Tag | undefined, littleEndian: boolean): Promise<string | undefined> {
  if (!isArray(tag) || tag.element?.bits !== 16 || tag.count === 0 || tag.count > longestText) return undefined;
  const units = await readNumbers(source, { ...uint16, at: tag.at, count: tag.count, littleEndian });
  return withoutTrailing(String.fromCharCode(...units), '\0').trim() || undefined;
}

function isGroup(tag: Tag | undefined): tag is TagGroup {
  return tag instanceof Map;
}

function isArray(tag: Tag | undefined): tag is StoredArray {
  return typeof tag === 'object' && !isGroup(tag);
}

const nothing: TagGroup = new Map();

function groupAt(group: TagGroup, name: string): TagGroup {
  const tag = group.get(name);
  return isGroup(tag) ? tag : nothing;
}

/** Reads the whole tree, without its arrays. */
async function readTags(source: ByteSource): Promise<{ readonly root: TagGroup; readonly littleEndian: boolean }> {
  const cursor = new ByteCursor(source);
  const isFour = (await cursor.take(4)).getInt32(0) === 4;
  cursor.skip(isFour ? 8 : 4);
  const littleEndian = (await cursor.take(4)).getInt32(0) === 1;
  const reader = new TagReader(cursor, isFour, littleEndian);
  return { root: await reader.group(0), littleEndian };
}

class TagReader {
  readonly #cursor: ByteCursor;
  /** Version 4: lengths and counts have 64 bits. */
  readonly #isFour: boolean;
  readonly #littleEndian: boolean;
  #tags = 0;

  constructor(cursor: ByteCursor, isFour: boolean, littleEndian: boolean) {
    this.#cursor = cursor;
    this.#isFour = isFour;
    this.#littleEndian = littleEndian;
  }

  async group(depth: number): Promise<TagGroup> {
    if (depth > mostDepth) throw damaged('its tags are nested too deeply');
    // Whether the group is sorted, and open in the program.
    this.#cursor.skip(2);
    const count = await this.#length();
    const tags = new Map<string, Tag>();
    for (let index = 0; index < count; index++) {
      if (this.#tags++ > mostTags) throw damaged('it has too many tags');
      const head = await this.#cursor.take(3);
      const name = await this.#cursor.text(head.getUint16(1));
      if (this.#isFour) this.#cursor.skip(8);
      const kind = head.getUint8(0);
      if (kind === 0) break;
      if (kind !== 20 && kind !== 21) throw damaged('its tags are out of step');
      const tag = kind === 20 ? await this.group(depth + 1) : await this.#value();
      if (tag !== undefined) tags.set(name === '' ? `#${index}` : name, tag);
    }
    return tags;
  }

  async #length(): Promise<number> {
    return this.#isFour
      ? Number((await this.#cursor.take(8)).getBigUint64(0))
      : (await this.#cursor.take(4)).getUint32(0);
  }

  async #value(): Promise<Tag | undefined> {
    if ((await this.#cursor.text(4)) !== '%%%%') throw damaged('its tags are out of step');
    const count = await this.#length();
    if (count > 1024) throw damaged('a tag is described at too great a length');
    const about: number[] = [];
    for (let index = 0; index < count; index++) about.push(await this.#length());
    const [kind = 0] = about;
    if (kind === structure) {
      this.#cursor.skip(bytesOfStructure(about.slice(1)));
      return undefined;
    }
    if (kind === text) {
      this.#cursor.skip(2 * (about[1] ?? 0));
      return undefined;
    }
    return kind === array ? this.#array(about) : this.#number(kind);
  }

  async #number(kind: number): Promise<number> {
    const { bits } = kindOf(kind);
    const view = await this.#cursor.take(bits / 8);
    return numberIn(view, kindOf(kind), this.#littleEndian);
  }

  #array(about: readonly number[]): StoredArray {
    const [, kind = 0] = about;
    const count = about.at(-1) ?? 0;
    const element = kind === structure ? null : kindOf(kind);
    const bytes = element === null ? bytesOfStructure(about.slice(2, -1)) : element.bits / 8;
    const { at } = this.#cursor;
    this.#cursor.skip(bytes * count);
    return { at, count, element };
  }
}

/** Of `[name length, fields, (name length, kind)…]`. */
function bytesOfStructure([, , ...fields]: readonly number[]): number {
  return fields.reduce((sum, kind, index) => sum + (index % 2 === 1 ? kindOf(kind).bits / 8 : 0), 0);
}

function kindOf(kind: number): NumberKind {
  const found = tagKinds[kind];
  if (found === undefined) throw damaged(`a tag is of the unknown kind ${kind}`);
  return found;
}

function numberIn(view: DataView, { kind, bits }: NumberKind, littleEndian: boolean): number {
  if (kind === 'float') return bits === 32 ? view.getFloat32(0, littleEndian) : view.getFloat64(0, littleEndian);
  const isSigned = kind === 'signed';
  if (bits === 8) return isSigned ? view.getInt8(0) : view.getUint8(0);
  if (bits === 16) return isSigned ? view.getInt16(0, littleEndian) : view.getUint16(0, littleEndian);
  if (bits === 32) return isSigned ? view.getInt32(0, littleEndian) : view.getUint32(0, littleEndian);
  return Number(isSigned ? view.getBigInt64(0, littleEndian) : view.getBigUint64(0, littleEndian));
}
