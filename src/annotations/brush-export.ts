import { basename } from 'node:path';
import { type Mask, maskFromBitmap } from '../core/mask.js';
import type { PredictedRegion } from './evaluation-case.js';
import { readLabelPixels } from './label-pixels.js';
import { readNumpyMask } from './numpy-mask.js';

/** A mask of Label Studio's export "Brush labels to PNG" or "to NumPy": one file per region. */
export interface BrushFile {
  readonly path: string;
  readonly task: string;
  readonly annotation: number;
  /** Who submitted it, the control and the label, with hyphens between, which each of them may have, too. */
  readonly about: string;
}

/** Reads the name of a file of such an export; undefined for other files. */
export function brushFileOf(path: string): BrushFile | undefined {
  const parts = /^task-(\d+)-annotation-(\d+)-by-(.+)-\d+\.(png|npy)$/i.exec(basename(path));
  if (parts === null) return undefined;
  const [, task = '', annotation, about = ''] = parts;
  return { path, task, annotation: Number(annotation), about };
}

/** Masks of one image, all of one size. */
export interface BrushMasks {
  readonly width: number;
  readonly height: number;
  readonly regions: readonly PredictedRegion[];
}

/** Reads the masks of one annotation. Throws a TypeError for files that are no masks, or of several sizes. */
export async function readBrushFiles(
  files: readonly BrushFile[],
  labelOf: (about: string) => string,
  maxPixels: number,
): Promise<BrushMasks> {
  const regions: PredictedRegion[] = [];
  for (const { path, about } of files) {
    const mask = await readMask(path, maxPixels);
    const first = regions[0]?.mask ?? mask;
    if (mask.width !== first.width || mask.height !== first.height) {
      throw new TypeError(
        `${basename(path)} is ${mask.width} × ${mask.height} pixels, others of its task ${first.width} × ${first.height}`,
      );
    }
    regions.push({ id: basename(path), label: labelOf(about), mask, score: null });
  }
  const { width = 0, height = 0 } = regions[0]?.mask ?? {};
  return { width, height, regions: regions.filter(({ mask }) => mask.areaPx > 0) };
}

async function readMask(path: string, maxPixels: number): Promise<Mask> {
  if (/\.npy$/i.test(path)) return readNumpyMask(path, maxPixels);
  const { width, height, values, areColours } = await readLabelPixels(path, maxPixels);
  if (areColours) throw new TypeError(`${basename(path)} has colours, a mask has none`);
  return maskFromBitmap(width, height, values);
}

/**
 * Tells the labels of a whole export: the known label that a name ends in; else what is left of it without the control, which all names of a
 * person have in common.
 */
export function brushLabels(abouts: readonly string[], known: readonly string[]): (about: string) => string {
  const longestFirst = known.toSorted((a, b) => b.length - a.length);
  const people = new Map<string, string[]>();
  for (const about of new Set(abouts)) {
    const [person = ''] = about.split('-', 1);
    const group = people.get(person);
    if (group === undefined) people.set(person, [about]);
    else group.push(about);
  }
  const starts = new Map([...people].map(([person, names]) => [person, commonStart(names)]));
  return (about) => {
    const label = longestFirst.find((each) => about.endsWith(`-${each}`));
    return label ?? about.slice(starts.get(about.split('-', 1)[0] ?? '')?.length ?? 0);
  };
}

/** Up to the last hyphen that all have in common. Of one name alone, up to the last hyphen. */
function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const name of others) {
    length = Math.min(length, name.length);
    while (first.slice(0, length) !== name.slice(0, length)) length--;
  }
  return first.slice(0, first.slice(0, length).lastIndexOf('-') + 1);
}
