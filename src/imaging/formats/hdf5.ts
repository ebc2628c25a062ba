import type { Dataset, File as Hdf5File } from 'h5wasm';
import type { ByteSource } from '../byte-source.js';
import { conventions } from '../hdf5/conventions.js';
import { withHdf5 } from '../hdf5/open-hdf5.js';
import type { Hdf5Signal } from '../hdf5/signal.js';
import type { OpenImage, PixelValues, RawFrame } from '../open-image.js';
import { halfToFloat } from '../tiff/samples.js';
import { transpose } from '../turn.js';
import { damaged, UnreadableFile } from '../unreadable-file.js';

/** More images than this in one file are not counted. */
const mostFrames = 65_536;

/** Opens an HDF5 file: EMD of Berkeley and of Velox, HyperSpy, and any other with arrays of numbers. */
export async function openHdf5(source: ByteSource): Promise<OpenImage> {
  const signals = await withHdf5(source, findSignals);
  const places = signals.flatMap((signal) => Array.from({ length: signal.frames }, (_, index) => ({ signal, index })));
  const areas = signals.map(({ width, height }) => width * height);
  const main = signals[areas.indexOf(Math.max(...areas))];
  if (main === undefined) throw new UnreadableFile('it is an HDF5 file without an image', 'Give a file with an image.');
  return {
    frames: places.map(({ signal: { width, height } }) => ({ width, height })),
    defaultFrame: places.findIndex(({ signal }) => signal === main),
    pixelSizeNm: main.pixelSizeNm,
    acquisition: main.acquisition,
    warnings:
      signals.length > 1 ? [`the file holds ${signals.length} signals: the first of the largest is ${main.path}`] : [],
    read: (frame) => {
      const place = places[frame];
      if (place === undefined) throw new RangeError(`frame ${frame}`);
      return withHdf5(source, (file) => readPixels(file, place.signal, place.index));
    },
  };
}

function findSignals(file: Hdf5File): readonly Hdf5Signal[] {
  for (const convention of conventions) {
    const found = convention(file).filter(({ frames }) => frames > 0);
    const count = found.reduce((sum, { frames }) => sum + frames, 0);
    if (count > mostFrames) throw damaged(`it claims ${count} images`);
    if (found.length > 0) return found;
  }
  return [];
}

function readPixels(file: Hdf5File, { path, shape, axes, width, height }: Hdf5Signal, index: number): RawFrame {
  const dataset = file.get(path) as Dataset | null;
  if (dataset === null) throw damaged('its array is gone');
  let rest = index;
  const place = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axis === axes.x || axis === axes.y) continue;
    place[axis] = rest % (shape[axis] as number);
    rest = Math.floor(rest / (shape[axis] as number));
  }
  const ranges = shape.map((size, axis): [number, number] => {
    const start = place[axis] as number;
    return axis === axes.x || axis === axes.y ? [0, size] : [start, start + 1];
  });
  const values = valuesOf(sliceOf(dataset, ranges), dataset);
  if (values.length !== width * height) throw damaged('its array is shorter than it says');
  return { width, height, values: axes.x < axes.y ? transpose(values, width, height) : values };
}

/** Floats of 16 bits, which the library has no array for, come as the integers with the same bits. */
function sliceOf(dataset: Dataset, ranges: [number, number][]): unknown {
  const { metadata } = dataset;
  if (isHalf(dataset))
    Object.defineProperty(dataset, 'metadata', { value: { ...metadata, type: 0, signed: false }, configurable: true });
  try {
    return dataset.slice(ranges);
  } finally {
    if (Object.hasOwn(dataset, 'metadata')) Reflect.deleteProperty(dataset, 'metadata');
  }
}

function isHalf({ metadata: { type, size } }: Dataset): boolean {
  return type === 1 && size === 2;
}

/** What the library gives, as an array of its own: integers of 64 bits and floats of 16 become others. */
function valuesOf(found: unknown, dataset: Dataset): PixelValues {
  if (found instanceof BigInt64Array || found instanceof BigUint64Array) return Float64Array.from(found, Number);
  if (found instanceof Uint16Array && isHalf(dataset)) return Float32Array.from(found, halfToFloat);
  if (!ArrayBuffer.isView(found)) throw damaged('its array can\'t be read'); // prettier-ignore
  return (found as PixelValues).slice();
}
