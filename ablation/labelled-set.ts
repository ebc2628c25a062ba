import { access, readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { labelAreas, type LabelMap, maskOfLabel } from '../src/core/label-map.js';
import { maskFromBox, maskFromRuns, unionOf } from '../src/core/mask.js';
import type { Micrograph } from '../src/core/micrograph.js';
import { valueOrThrow } from '../src/core/result.js';
import { decodeMicrograph } from '../src/imaging/decode-micrograph.js';
import { isMicrographName } from '../src/imaging/micrograph-names.js';
import { readSet, readSimulatedImage, type SimulatedImage } from './simulated-set.js';

const maxPixels = 8192 * 8192;
/** The value of a label image that counts for nothing. */
const ignored = 255;

/**
 * `images.json` of a folder of labelled micrographs: the file's name (or another `path`, from the folder), how many
 * materials it shows, what kind of micrograph it is, and which values of its label image `NAME.mask.png` are which
 * class. Without classes only the number is judged.
 */
const labelledFile = z.record(
  z.string(),
  z.object({
    k: z.number().int().positive(),
    kind: z.string().default('labelled'),
    path: z.string().optional(),
    classes: z.record(z.string(), z.array(z.number().int().min(0).max(255))).optional(),
  }),
);

/** A micrograph with what is known of what it shows. */
export interface JudgedImage extends Pick<
  SimulatedImage,
  'name' | 'materials' | 'micrograph' | 'materialMasks' | 'unknown'
> {
  /** What groups of images are judged apart: a difficulty, or the kind of micrograph. */
  readonly kind: string;
  readonly isSimulated: boolean;
  /** Of simulated images: the connected pieces of each material. */
  readonly pieces: SimulatedImage['pieces'];
}

/** One image of a folder, read when it is needed. */
export interface JudgedEntry {
  readonly name: string;
  read(): Promise<JudgedImage>;
}

/**
 * The images of a folder: simulated (set.json), labelled (images.json), or each `NAME.mask.png` with its micrograph,
 * every value a class.
 */
export async function readJudgedSet(folder: string): Promise<JudgedEntry[]> {
  if (await exists(join(folder, 'set.json'))) {
    return (await readSet(folder)).map((entry) => ({
      name: entry.name,
      read: async () => {
        const image = await readSimulatedImage(folder, entry);
        return { ...image, kind: `difficulty ${entry.difficulty}`, isSimulated: true };
      },
    }));
  }
  if (await exists(join(folder, 'images.json'))) {
    const table = labelledFile.parse(JSON.parse(await readFile(join(folder, 'images.json'), 'utf8')));
    return Object.entries(table).map(([name, { path = name, ...about }]) => {
      return { name, read: () => readLabelled(join(folder, path), name, about) };
    });
  }
  const names = await readdir(folder);
  const labelled = names.filter((name) => isMicrographName(name) && names.includes(labelName(name)));
  return labelled.map((name) => ({ name, read: () => readLabelled(join(folder, name), name, undefined) }));
}

function labelName(name: string): string {
  return `${parse(name).name}.mask.png`;
}

type About = Omit<z.infer<typeof labelledFile>[string], 'path'>;

async function readLabelled(path: string, name: string, about: About | undefined): Promise<JudgedImage> {
  const micrograph = valueOrThrow(await decodeMicrograph(name, await readFile(path), { maxPixels }));
  const known = { name, micrograph, kind: about?.kind ?? 'labelled', isSimulated: false, pieces: [] };
  const nothing = maskFromRuns(micrograph.width, micrograph.height, new Uint32Array());
  if (about !== undefined && about.classes === undefined) {
    // A single material is everywhere, label image or not.
    const whole = about.k === 1 ? [maskFromBox(micrograph.width, micrograph.height, boxOf(micrograph))] : [];
    return { ...known, materials: about.k, materialMasks: whole, unknown: micrograph.excluded ?? nothing };
  }
  const labels = await readLabels(join(parse(path).dir, labelName(parse(path).base)), micrograph);
  const classes = about?.classes === undefined ? classesOf(labels) : Object.values(about.classes);
  const materialMasks = classes
    .map((values) => unionOf(nothing, ...values.map((value) => maskOfLabel(labels, value))))
    .filter(({ areaPx }) => areaPx > 0);
  return { ...known, materials: about?.k ?? classes.length, materialMasks, unknown: maskOfLabel(labels, ignored) };
}

function boxOf({ width, height }: Micrograph) {
  return { x: 0, y: 0, width, height };
}

/** Every value that occurs is a class. */
function classesOf(labels: LabelMap): number[][] {
  return labelAreas(labels).flatMap((area, value) => (area > 0 && value !== ignored ? [[value]] : []));
}

async function readLabels(path: string, { name, width, height }: Micrograph): Promise<LabelMap> {
  const { data, info } = await sharp(path).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height) {
    throw new Error(`${name}: the labels are ${info.width} × ${info.height} pixels, the image is not`);
  }
  return { width, height, labels: new Uint8Array(data) };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
