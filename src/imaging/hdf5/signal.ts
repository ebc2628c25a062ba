import type { Dataset, File as Hdf5File, Group } from 'h5wasm';
import { withoutTrailing } from '../../core/without-trailing.js';
import type { Acquisition, PixelSizeNm } from '../open-image.js';

/** An array of images in an HDF5 file, and what its conventions tell of it. */
export interface Hdf5Signal {
  /** Path of the dataset. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Where the axes of an image lie among those of the array. */
  readonly axes: { readonly y: number; readonly x: number };
  readonly shape: readonly number[];
  readonly pixelSizeNm: PixelSizeNm | null;
  readonly acquisition: Acquisition;
}

/** A convention of storing micrographs in HDF5: the signals that a file has by it, empty where it is not of its kind. */
export type Hdf5Convention = (file: Hdf5File) => readonly Hdf5Signal[];

/** A group below another; undefined where there is none. */
export function groupIn(parent: Group, name: string): Group | undefined {
  const found = parent.get(name);
  return found !== null && 'keys' in found ? found : undefined;
}

/** A dataset in a group; undefined where there is none, or none of real numbers. */
export function datasetIn(parent: Group, name: string): Dataset | undefined {
  const found = parent.get(name);
  if (found === null || !('metadata' in found) || !('slice' in found)) return undefined;
  return found;
}

/** Whether its values are real numbers: integers, floats, booleans. */
export function isNumeric({ metadata: { type, size, vlen } }: Dataset): boolean {
  const [integer, float, enumeration] = [0, 1, 8];
  return !vlen && (type === integer || type === enumeration || (type === float && [2, 4, 8].includes(size)));
}

/** An attribute as text; undefined where it is missing or none. */
export function textOf(owner: Group | Dataset, name: string): string | undefined {
  const value: unknown = attributeOf(owner, name);
  return typeof value === 'string' ? withoutTrailing(value, '\0') : undefined;
}

/** An attribute as a number; undefined where it is missing or none. */
export function numberOf(owner: Group | Dataset, name: string): number | undefined {
  const value: unknown = attributeOf(owner, name);
  const number = typeof value === 'bigint' || typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function attributeOf(owner: Group | Dataset, name: string): unknown {
  const attributes = owner.attrs;
  return name in attributes ? attributes[name]?.value : undefined;
}

/** A signal of an array whose last two axes are y and x. */
export function lastAxes(dataset: Dataset, path: string): Omit<Hdf5Signal, 'pixelSizeNm' | 'acquisition'> | undefined {
  const shape = dataset.shape ?? [];
  if (shape.length < 2 || !isNumeric(dataset)) return undefined;
  return signalOf(path, shape, { y: shape.length - 2, x: shape.length - 1 });
}

/** A signal with its axes at any place. */
export function signalOf(path: string, shape: readonly number[], axes: { readonly y: number; readonly x: number }) {
  const [height, width] = [shape[axes.y] ?? 0, shape[axes.x] ?? 0];
  const all = shape.reduce((product, size) => product * size, 1);
  const frames = width * height === 0 ? 0 : all / (width * height);
  return { path, width, height, frames, axes, shape };
}
