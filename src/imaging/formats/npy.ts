import { type ByteSource, viewOf } from '../byte-source.js';
import { emptyWhere, greyFrame, onBlack } from '../colours.js';
import { type OpenImage, type PixelValues, type RawFrame, sameSize } from '../open-image.js';
import {
  float16,
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
import { transpose } from '../turn.js';
import { damaged, UnreadableFile } from '../unreadable-file.js';

/*
 * NumPy's .npy: one array, described by a Python dictionary. (height, width), (images, height, width), (height, width, 3 or 4 colours).
 */

const kinds: Readonly<Record<string, NumberKind>> = {
  b1: uint8, u1: uint8, u2: uint16, u4: uint32, u8: uint64, i1: int8, i2: int16, i4: int32, i8: int64,
  f2: float16, f4: float32, f8: float64,
}; // prettier-ignore

interface Head {
  readonly kind: NumberKind;
  readonly littleEndian: boolean;
  readonly isColumnMajor: boolean;
  readonly shape: readonly number[];
  readonly start: number;
}

const longestHead = 1 << 20;

/** Where the header ends, and where it begins. */
function headerOf(view: DataView): { readonly at: number; readonly length: number } {
  const isFirst = view.getUint8(6) === 1;
  return isFirst ? { at: 10, length: view.getUint16(8, true) } : { at: 12, length: view.getUint32(8, true) };
}

async function readHead(source: ByteSource): Promise<Head> {
  const { at, length } = headerOf(viewOf(await source.read(0, 12)));
  if (length > longestHead) throw damaged('its header is too long');
  const text = Buffer.from(await source.read(at, length)).toString('latin1');
  const [, order, type = ''] = /'descr':\s*'([<>|=])(\w+)'/.exec(text) ?? [];
  const kind = kinds[type];
  if (kind === undefined) {
    throw new UnreadableFile('its values are no real numbers', 'Save a plain array of integers or floats.');
  }
  const shape = (/'shape':\s*\(([\d, ]*)\)/.exec(text)?.[1] ?? '').split(',').filter((part) => part.trim() !== '');
  return {
    kind,
    littleEndian: order !== '>',
    isColumnMajor: /'fortran_order':\s*True/.test(text),
    shape: shape.map(Number),
    start: at + length,
  };
}

/** Opens an array: its last two axes are y and x, those before them count images, but for a last axis of colours. */
export async function openNpy(source: ByteSource): Promise<OpenImage> {
  const head = await readHead(source);
  const shape = head.shape.length > 2 ? withoutOnes(head.shape) : head.shape;
  if (shape.length < 2) {
    throw new UnreadableFile(`it holds an array of ${shape.length} axes`, 'Save an array of two axes, y and x.');
  }
  const last = shape.at(-1) ?? 0;
  const channels = shape.length > 2 && (last === 3 || last === 4) ? last : 1;
  const axes = channels > 1 ? shape.slice(0, -1) : shape;
  const [height, width] = axes.slice(-2).map((size) => sizeOf(size, 'size')) as [number, number];
  const claimed = axes.slice(0, -2).reduce((product, size) => product * size, 1);
  if (head.isColumnMajor && (claimed > 1 || channels > 1)) {
    throw new UnreadableFile('its array is stored column by column', 'Save it with numpy.ascontiguousarray.');
  }
  const values = width * height * channels;
  const frameBytes = (values * head.kind.bits) / 8;
  const frames = framesInFile(source, head.start, frameBytes, claimed);
  if (frames < claimed) throw damaged('it ends before its data does');
  return {
    frames: sameSize(frames, { width, height }),
    defaultFrame: 0,
    pixelSizeNm: null,
    acquisition: {},
    warnings: [],
    read: async (frame) => {
      const { kind, littleEndian, start, isColumnMajor } = head;
      const at = start + frame * frameBytes;
      const stored = await readNumbers(source, { ...kind, at, count: values, littleEndian });
      if (isColumnMajor) return { width, height, values: transpose(stored, width, height) };
      return channels === 1 ? { width, height, values: stored } : colours(stored, channels, { width, height });
    },
  };
}

/** Axes of one entry say nothing. */
function withoutOnes(shape: readonly number[]): readonly number[] {
  const rest = shape.slice(0, -2).filter((size) => size !== 1);
  return [...rest, ...shape.slice(-2)];
}

async function colours(
  stored: PixelValues,
  channels: number,
  size: { readonly width: number; readonly height: number },
): Promise<RawFrame> {
  const pixels = size.width * size.height;
  const planeOf = (channel: number): PixelValues => {
    const plane = stored.slice(0, pixels);
    for (let at = 0; at < pixels; at++) plane[at] = stored[at * channels + channel] as number;
    return plane;
  };
  const alpha = channels === 4 ? planeOf(3) : undefined;
  const full = stored instanceof Uint8Array ? 255 : stored instanceof Uint16Array ? 65_535 : 1;
  const shown = (channel: number) => (alpha ? onBlack(planeOf(channel), alpha, full) : planeOf(channel));
  const grey = await greyFrame(size, [shown(0), shown(1), shown(2)]);
  return { ...grey, empty: alpha && emptyWhere(alpha) };
}
