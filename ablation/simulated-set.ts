import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { labelAreas, maskOfLabel } from '../src/core/label-map.js';
import type { Mask } from '../src/core/mask.js';
import type { Micrograph } from '../src/core/micrograph.js';
import { valueOrThrow } from '../src/core/result.js';
import { decodeMicrograph } from '../src/imaging/decode-micrograph.js';
import { difficulties } from '../src/metrics/difficulty.js';

const maxPixels = 4096 * 4096;

/** `set.json` as `python -m sam_i_am_models.simulated_set` writes it. */
const setFile = z.array(
  z.object({
    name: z.string().regex(/^[\w.-]+$/),
    difficulty: z.literal(difficulties),
    materials: z.number().int().positive(),
  }),
);

/** One image of a set as set.json lists it. */
export type SetEntry = z.infer<typeof setFile>[number];

/** A simulated micrograph with what it shows. */
export interface SimulatedImage extends SetEntry {
  readonly micrograph: Micrograph;
  /** One mask per material. */
  readonly materialMasks: readonly Mask[];
  /** One mask per connected piece of a material, with the index of its material. */
  readonly pieces: readonly { readonly mask: Mask; readonly material: number }[];
  /** Pixels of which the truth is not known (interfaces, damage): they are left out of every measure. */
  readonly unknown: Mask;
}

/** What set.json in the folder lists. Throws where it is none. */
export async function readSet(folder: string): Promise<SetEntry[]> {
  return setFile.parse(JSON.parse(await readFile(join(folder, 'set.json'), 'utf8')));
}

/** The first `limit` images of each class. */
export function firstOfEach(entries: readonly SetEntry[], limit: number): SetEntry[] {
  return entries.filter(({ difficulty }, index) => {
    const before = entries.slice(0, index).filter((other) => other.difficulty === difficulty).length;
    return before < limit;
  });
}

/** An image of a set with its true materials. Throws where a file is missing or damaged. */
export async function readSimulatedImage(folder: string, entry: SetEntry): Promise<SimulatedImage> {
  const file = `${entry.name}.png`;
  const micrograph = valueOrThrow(await decodeMicrograph(file, await readFile(join(folder, file)), { maxPixels }));
  const materials = await readLabels(join(folder, `${entry.name}.materials.png`));
  const pieces = await readLabels(join(folder, `${entry.name}.pieces.png`));
  if (materials.width !== micrograph.width || materials.height !== micrograph.height) {
    throw new Error(`${entry.name}: the labels are ${materials.width} × ${materials.height} pixels, the image is not`);
  }
  const labels = labelsOf(materials);
  return {
    ...entry,
    micrograph,
    materialMasks: labels.map((label) => maskOfLabel(materials, label)),
    pieces: labelsOf(pieces).flatMap((label) => {
      const mask = maskOfLabel(pieces, label);
      const material = labels.indexOf(materials.labels[mask.runs[0] ?? 0] ?? 0);
      return material < 0 ? [] : [{ mask, material }];
    }),
    unknown: maskOfLabel(materials, 0),
  };
}

async function readLabels(path: string) {
  const { data, info } = await sharp(path).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, labels: new Uint8Array(data) };
}

function labelsOf(map: { readonly width: number; readonly height: number; readonly labels: Uint8Array }): number[] {
  return labelAreas(map).flatMap((area, label) => (label > 0 && area > 0 ? [label] : []));
}
