import type { Dataset, File as Hdf5File, Group } from 'h5wasm';
import type { Acquisition, PixelSizeNm } from '../open-image.js';
import { lengthInNm, plausiblePixelSize } from '../pixel-size.js';
import {
  datasetIn,
  groupIn,
  type Hdf5Convention,
  type Hdf5Signal,
  isNumeric,
  lastAxes,
  numberOf,
  signalOf,
  textOf,
} from './signal.js';

/** The conventions that are known, in the order in which they are tried; the last takes any file. */
export const conventions: readonly Hdf5Convention[] = [velox, hyperSpy, berkeley, plain];

/** More groups than this are not looked through, and none that lie deeper. */
const [mostGroups, mostDepth] = [10_000, 12];

function groupsOf(root: Group): { readonly group: Group; readonly path: string }[] {
  const found: { readonly group: Group; readonly path: string; readonly depth: number }[] = [
    { group: root, path: '', depth: 0 },
  ];
  for (let at = 0; at < found.length && found.length < mostGroups; at++) {
    const { group, path, depth } = found[at] as (typeof found)[number];
    if (depth === mostDepth) continue;
    for (const name of group.keys()) {
      const child = groupIn(group, name);
      if (child !== undefined) found.push({ group: child, path: `${path}/${name}`, depth: depth + 1 });
    }
  }
  return found;
}

/** Thermo Fisher Velox: Data/Image/…/Data as (y, x, images), with JSON for each image. */
function velox(file: Hdf5File): Hdf5Signal[] {
  const images = groupIn(file, 'Data/Image');
  if (images === undefined) return [];
  return images.keys().flatMap((name) => {
    const group = groupIn(images, name);
    const data = group && datasetIn(group, 'Data');
    if (data?.shape?.length !== 3 || !isNumeric(data)) return [];
    const signal = signalOf(`Data/Image/${name}/Data`, data.shape, { y: 0, x: 1 });
    const metadata = group && datasetIn(group, 'Metadata');
    return [{ ...signal, ...veloxMetadata(metadata) }];
  });
}

function veloxMetadata(metadata: Dataset | undefined): { pixelSizeNm: PixelSizeNm | null; acquisition: Acquisition } {
  const about = metadata && veloxJson(metadata);
  const at = (...keys: readonly string[]) =>
    keys.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), about);
  const length = (axis: string, unit: string) =>
    lengthInNm(Number(at('BinaryResult', 'PixelSize', axis)), wordOf(at('BinaryResult', unit)) ?? '');
  const volts = Number(at('Optics', 'AccelerationVoltage'));
  const magnification = Number(at('Optics', 'NominalMagnification'));
  const seconds = Number(at('Acquisition', 'AcquisitionStartDatetime', 'DateTime'));
  return {
    pixelSizeNm: plausiblePixelSize(length('width', 'PixelUnitX'), length('height', 'PixelUnitY')),
    acquisition: {
      detector: wordOf(at('BinaryResult', 'Detector')),
      highTensionKv: volts > 0 ? volts / 1000 : undefined,
      magnification: magnification > 0 ? magnification : undefined,
      date: seconds > 0 && seconds < 1e11 ? new Date(1000 * seconds).toISOString() : undefined,
    },
  };
}

/** The JSON of the first image: a column of bytes, ended by zeros. */
function veloxJson(metadata: Dataset): unknown {
  const [length = 0] = metadata.shape ?? [];
  if (length > 1 << 20) return undefined;
  try {
    const bytes = metadata.slice([[0, length], [0, 1]]) as Uint8Array; // prettier-ignore
    return JSON.parse(Buffer.from(bytes).toString('utf8').split('\0', 1)[0] ?? '');
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** HyperSpy: Experiments/…/data with a group axis-n for each axis, those of the image without navigation. */
function hyperSpy(file: Hdf5File): Hdf5Signal[] {
  const experiments = groupIn(file, 'Experiments');
  if (experiments === undefined) return [];
  return experiments.keys().flatMap((name) => {
    const group = groupIn(experiments, name);
    const data = group && datasetIn(group, 'data');
    const signal = data && lastAxes(data, `Experiments/${name}/data`);
    if (group === undefined || signal === undefined) return [];
    const length = (axis: number) => {
      const about = groupIn(group, `axis-${axis}`);
      const scale = about && numberOf(about, 'scale');
      return scale === undefined ? undefined : lengthInNm(Math.abs(scale), (about && textOf(about, 'units')) ?? '');
    };
    return [
      {
        ...signal,
        pixelSizeNm: plausiblePixelSize(length(signal.axes.x), length(signal.axes.y)),
        acquisition: hyperSpyAcquisition(group),
      },
    ];
  });
}

function hyperSpyAcquisition(group: Group): Acquisition {
  const metadata = 'metadata/Acquisition_instrument';
  const microscope = groupIn(group, `${metadata}/TEM`) ?? groupIn(group, `${metadata}/SEM`);
  return {
    highTensionKv: microscope && numberOf(microscope, 'beam_energy'),
    magnification: microscope && numberOf(microscope, 'magnification'),
  };
}

/** Berkeley EMD: groups marked as such, with an array and a vector of places for each of its axes. */
function berkeley(file: Hdf5File): Hdf5Signal[] {
  const microscope = groupIn(file, 'microscope');
  const volts = microscope && numberOf(microscope, 'high tension');
  return groupsOf(file).flatMap(({ group, path }) => {
    if (numberOf(group, 'emd_group_type') !== 1) return [];
    const data = datasetIn(group, 'data');
    const found = data && lastAxes(data, `${path}/data`);
    if (found === undefined) return [];
    const signal = signalOf(found.path, found.shape, namedAxes(group, found.shape.length) ?? found.axes);
    const length = (axis: number) => stepOf(group, axis + 1);
    return [
      {
        ...signal,
        pixelSizeNm: plausiblePixelSize(length(signal.axes.x), length(signal.axes.y)),
        acquisition: {
          highTensionKv: volts !== undefined && volts > 0 ? volts / 1000 : undefined,
          magnification: microscope && numberOf(microscope, 'magnification'),
        },
      },
    ];
  });
}

/** Some programs write (y, x), others (x, y): the axes say which is which, by name. */
function namedAxes(group: Group, count: number): Hdf5Signal['axes'] | undefined {
  const names = Array.from({ length: count }, (_, axis) => {
    const places = datasetIn(group, `dim${axis + 1}`);
    return ((places && textOf(places, 'name')) ?? '').trim().toLowerCase();
  });
  const [x, y] = [names.indexOf('x'), names.indexOf('y')];
  return x < 0 || y < 0 ? undefined : { x, y };
}

/** The distance of the first two places on an axis; their unit is written as `n_m`, sometimes in brackets. */
function stepOf(group: Group, axis: number): number | undefined {
  const places = datasetIn(group, `dim${axis}`);
  if (places === undefined || (places.shape?.[0] ?? 0) < 2) return undefined;
  const [first, second] = Array.from(places.slice([[0, 2]]) as ArrayLike<number>, Number);
  const unit = (textOf(places, 'units') ?? '').replace(/[[\]_]/g, '');
  return lengthInNm(Math.abs((second ?? NaN) - (first ?? NaN)), unit);
}

/** Any other file: arrays of numbers of two axes or more. */
function plain(file: Hdf5File): Hdf5Signal[] {
  return groupsOf(file).flatMap(({ group, path }) =>
    group.keys().flatMap((name) => {
      const data = datasetIn(group, name);
      const signal = data && lastAxes(data, `${path}/${name}`);
      const isPicture = signal !== undefined && signal.width >= 8 && signal.height >= 8;
      return isPicture ? [{ ...signal, pixelSizeNm: null, acquisition: {} }] : [];
    }),
  );
}
