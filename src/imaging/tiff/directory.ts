import { type ByteSource, viewOf } from '../byte-source.js';
import { damaged } from '../unreadable-file.js';

/** Where the values of one tag lie. */
interface Entry {
  readonly type: number;
  readonly count: number;
  /** Position in the file. */
  readonly at: number;
}

/** Bytes of a value of each type of TIFF 6.0 and BigTIFF, by the type's number. */
const typeBytes: Readonly<Record<number, number>> = {
  1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8,
}; // prettier-ignore

/** More pages than this are no stack of images but an attack, or a chain without end. */
const mostPages = 65_536;
/** Texts are read up to this length: metadata of microscopes is kilobytes, OME's up to megabytes. */
const longestText = 16 << 20;

/** The tags of one image in a TIFF file; values are read when they are asked for. */
export interface TiffDirectory {
  has(tag: number): boolean;
  /** All numbers of a tag, empty where it is missing; fractions as quotients. */
  numbers(tag: number): Promise<number[]>;
  /** The first of them. */
  number(tag: number): Promise<number | undefined>;
  /** A text without its closing zeros; undefined where the tag is missing. */
  text(tag: number): Promise<string | undefined>;
  /** The bytes of a tag, whatever their type. */
  bytes(tag: number): Promise<Uint8Array | undefined>;
}

/** A TIFF as its directories describe it; no pixel is read yet. */
export interface TiffFile {
  readonly littleEndian: boolean;
  /** In the order of the file; not empty. */
  readonly pages: readonly TiffDirectory[];
}

interface Layout {
  readonly littleEndian: boolean;
  readonly isBig: boolean;
}

/** Walks the chain of directories, each once: TIFF 6.0 and BigTIFF, both byte orders. */
export async function readTiffDirectories(source: ByteSource): Promise<TiffFile> {
  const head = viewOf(await source.read(0, Math.min(16, source.size)));
  const littleEndian = head.getUint8(0) === 0x49;
  const isBig = head.getUint16(2, littleEndian) === 43;
  const layout = { littleEndian, isBig };
  const pages: TiffDirectory[] = [];
  const seen = new Set<number>();
  let at = isBig ? Number(head.getBigUint64(8, littleEndian)) : head.getUint32(4, littleEndian);
  while (at !== 0) {
    if (seen.has(at)) throw damaged('its chain of images runs in a circle');
    if (pages.length === mostPages) throw damaged(`it claims more than ${mostPages} images`);
    seen.add(at);
    const { directory, next } = await readDirectory(source, at, layout);
    pages.push(directory);
    at = next;
  }
  if (pages.length === 0) throw damaged('it holds no image');
  return { littleEndian, pages };
}

async function readDirectory(source: ByteSource, at: number, { littleEndian, isBig }: Layout) {
  const [countBytes, entryBytes, offsetBytes] = isBig ? [8, 20, 8] : [2, 12, 4];
  const counted = viewOf(await source.read(at, countBytes));
  const count = isBig ? Number(counted.getBigUint64(0, littleEndian)) : counted.getUint16(0, littleEndian);
  if (count > 65_535) throw damaged(`an image has ${count} tags`);
  // A file whose last directory lacks the closing pointer is read all the same.
  const length = count * entryBytes + offsetBytes;
  const start = at + countBytes;
  const view = viewOf(await source.read(start, Math.min(length, Math.max(count * entryBytes, source.size - start))));
  const offset = (position: number) =>
    isBig ? Number(view.getBigUint64(position, littleEndian)) : view.getUint32(position, littleEndian);
  const entries = new Map<number, Entry>();
  for (let index = 0; index < count; index++) {
    const position = index * entryBytes;
    const type = view.getUint16(position + 2, littleEndian);
    const values = offset(position + 4);
    const valueAt = position + 4 + offsetBytes;
    const isInline = (typeBytes[type] ?? 1) * values <= offsetBytes;
    entries.set(view.getUint16(position, littleEndian), {
      type,
      count: values,
      at: isInline ? start + valueAt : offset(valueAt),
    });
  }
  const next = view.byteLength < length ? 0 : offset(count * entryBytes);
  return { directory: directoryOf(source, entries, littleEndian), next };
}

function directoryOf(source: ByteSource, entries: ReadonlyMap<number, Entry>, littleEndian: boolean): TiffDirectory {
  const read = (entry: Entry, most = Infinity) => {
    const size = typeBytes[entry.type];
    if (size === undefined) throw damaged(`a tag has the unknown type ${entry.type}`);
    return source.read(entry.at, Math.min(size * entry.count, most));
  };
  const numbers = async (tag: number, most = Infinity): Promise<number[]> => {
    const entry = entries.get(tag);
    if (entry === undefined) return [];
    const wanted = { ...entry, count: Math.min(entry.count, most) };
    const view = viewOf(await read(wanted));
    return Array.from({ length: wanted.count }, (_, index) => valueAt(view, index, entry.type, littleEndian));
  };
  const bytes = async (tag: number): Promise<Uint8Array | undefined> => {
    const entry = entries.get(tag);
    return entry && read(entry, longestText);
  };
  return {
    has: (tag) => entries.has(tag),
    numbers: (tag) => numbers(tag),
    number: async (tag) => (await numbers(tag, 1))[0],
    bytes,
    async text(tag) {
      const found = await bytes(tag);
      return found && decodeText(found);
    },
  };
}

/** UTF-8 where it is that, else the code page of old microscope software. */
function decodeText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  return withoutPadding(text);
}

/** Text is ended by a zero, and some writers fill up behind it, with zeros or blanks: all from the first such zero on. */
function withoutPadding(text: string): string {
  let end = text.length;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === '\0') end = at;
    else if (text[at]?.trim() !== '') break;
  }
  return text.slice(0, end);
}

function valueAt(view: DataView, index: number, type: number, littleEndian: boolean): number {
  const at = index * (typeBytes[type] ?? 1);
  switch (type) {
    case 3:
      return view.getUint16(at, littleEndian);
    case 4:
    case 13:
      return view.getUint32(at, littleEndian);
    case 5:
      return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, littleEndian);
    case 9:
      return view.getInt32(at, littleEndian);
    case 10:
      return view.getInt32(at, littleEndian) / view.getInt32(at + 4, littleEndian);
    case 11:
      return view.getFloat32(at, littleEndian);
    case 12:
      return view.getFloat64(at, littleEndian);
    case 16:
    case 18:
      return Number(view.getBigUint64(at, littleEndian));
    case 17:
      return Number(view.getBigInt64(at, littleEndian));
    default:
      return view.getUint8(at);
  }
}
