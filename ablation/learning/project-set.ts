import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import sharp from 'sharp';
import { z } from 'zod';
import type { NamedRegion } from '../../src/booster/learn-names.js';
import { maskOfLabel } from '../../src/core/label-map.js';
import { valueOrThrow } from '../../src/core/result.js';
import { decodeMicrograph } from '../../src/imaging/decode-micrograph.js';
import { allSettings } from '../../src/learning/training/learn-profile.js';
import {
  type AcceptedMask,
  type DescribedMasks,
  type FilterSetting,
  prepareImage,
  type TrainingImage,
} from '../../src/learning/training/training-image.js';
import { difficulties } from '../../src/metrics/difficulty.js';
import type { LoadedModels } from '../../src/pipeline/loaded-models.js';
import { writeWhole } from '../../src/store/write-whole.js';

/** `project.json` as `python -m sam_i_am_models.simulated_project` writes it. */
const projectFile = z.object({
  difficulty: z.literal(difficulties),
  labels: z.array(z.string()),
  images: z.number(),
});

/** A simulated project with everything that training asks of its images. */
export interface SimulatedProject extends z.infer<typeof projectFile> {
  readonly name: string;
  readonly prepared: readonly TrainingImage[];
}

/** What is kept of an image: all answers that {@link TrainingImage} can give. */
interface KeptImage extends Omit<TrainingImage, 'found'> {
  readonly described: ReadonlyMap<string, DescribedMasks>;
}

const maxPixels = 4096 * 4096;

async function readAbout(folder: string, name: string) {
  return projectFile.parse(JSON.parse(await readFile(join(folder, name, 'project.json'), 'utf8')));
}

/** The folders of simulated projects, sorted. */
export async function projectNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}

/** The first `most` images of a project, each prepared once and kept in `state`. */
export async function readProject(
  models: LoadedModels,
  { folder, state, name, most }: { folder: string; state: string; name: string; most: number },
): Promise<SimulatedProject> {
  const about = await readAbout(folder, name);
  const prepared: TrainingImage[] = [];
  for (let index = 0; index < Math.min(most, about.images); index++) {
    const stem = join(folder, name, String(index).padStart(3, '0'));
    const path = join(state, `${name}-${String(index).padStart(3, '0')}.prepared`);
    const known = await readFile(path).catch(() => undefined);
    const kept = known === undefined ? await prepare(models, stem, about.labels) : (deserialize(known) as KeptImage);
    if (known === undefined) {
      await writeWhole(path, serialize(kept));
      process.stderr.write(`prepared ${name} ${index}\n`);
    }
    const found = (setting: FilterSetting): Promise<DescribedMasks> => {
      const described = kept.described.get(settingKey(setting));
      return described === undefined
        ? Promise.reject(new Error('a setting that was not prepared'))
        : Promise.resolve(described);
    };
    prepared.push({ ...kept, id: `${name}/${index}`, found });
  }
  return { ...about, name, prepared };
}

/** What the first `most` images of a project teach of its labels. */
export async function readRegions(
  models: LoadedModels,
  { folder, name, most }: { folder: string; name: string; most: number },
): Promise<NamedRegion[]> {
  const about = await readAbout(folder, name);
  const regions: NamedRegion[] = [];
  for (let index = 0; index < Math.min(most, about.images); index++) {
    const stem = join(folder, name, String(index).padStart(3, '0'));
    const options = { ...(await readAccepted(stem, about.labels)), models, materials: { atMost: about.labels.length } };
    regions.push(...(await prepareImage(stem, '', options)).regions);
  }
  return regions;
}

async function prepare(models: LoadedModels, stem: string, labels: readonly string[]): Promise<KeptImage> {
  const { micrograph, accepted } = await readAccepted(stem, labels);
  const encode = () => models.sam.encode(micrograph);
  const materials = { atMost: labels.length };
  const { found, ...image } = await prepareImage(stem, '', { models, micrograph, accepted, materials, encode });
  const described = new Map<string, DescribedMasks>();
  for (const setting of allSettings()) {
    const answer = await found?.(setting);
    if (answer !== undefined) described.set(settingKey(setting), answer);
  }
  return { ...image, described };
}

async function readAccepted(stem: string, labels: readonly string[]) {
  const micrograph = valueOrThrow(await decodeMicrograph(stem, await readFile(`${stem}.png`), { maxPixels }));
  const { data, info } = await sharp(`${stem}.materials.png`)
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const map = { width: info.width, height: info.height, labels: new Uint8Array(data) };
  const accepted = labels.flatMap((name, index): AcceptedMask[] => {
    const mask = maskOfLabel(map, index + 1);
    return mask.areaPx < leastAreaPx ? [] : [{ name, mask }];
  });
  return { micrograph, accepted };
}

function settingKey({ filter, removal }: FilterSetting): string {
  return JSON.stringify([filter.predictedIou, filter.stabilityScore, removal]);
}

/** Specks of a material, which nobody would annotate. */
const leastAreaPx = 1000;
