import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { SamIAmError } from '../../core/errors.js';
import { parseDifficulty } from '../../metrics/difficulty.js';
import type { EvaluationSource, PredictedRegion, Problem, SourceItem } from '../evaluation-case.js';
import { decodeSegmentation, segmentationSchema } from './coco-segmentation.js';
import { fileCase } from './file-case.js';

const id = z.union([z.number(), z.string()]);

const imageSchema = z.object({
  id,
  file_name: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  date_captured: z.string().optional(),
  difficulty: z.unknown().optional(),
});

const objectSchema = z.object({
  id: id.optional(),
  image_id: id,
  category_id: id,
  segmentation: z.unknown(),
  iscrowd: z.number().optional(),
  score: z.number().optional(),
});
type CocoObject = z.infer<typeof objectSchema>;
type CocoImage = z.infer<typeof imageSchema>;

const datasetSchema = z.object({
  images: z.array(imageSchema),
  annotations: z.array(objectSchema),
  categories: z.array(z.object({ id, name: z.string() })),
});
type Dataset = z.infer<typeof datasetSchema>;

/** A COCO file of accepted masks, and optionally a COCO result file of predicted ones. Crowd regions do not count. */
export async function openCocoFile(path: string, predictionsPath?: string): Promise<EvaluationSource> {
  const dataset = await readCoco(path, datasetSchema);
  const results = predictionsPath === undefined ? [] : await readCoco(predictionsPath, z.array(objectSchema));
  const truths = groupByImage(dataset.annotations.filter(({ iscrowd }) => iscrowd !== 1));
  const predicted = groupByImage(results);
  return {
    name: basename(path),
    total: dataset.images.length,
    async *items() {
      for (const image of dataset.images) {
        const accepted = truths.get(String(image.id)) ?? [];
        const prediction = predictionsPath === undefined ? null : (predicted.get(String(image.id)) ?? []);
        if (accepted.length > 0) yield await Promise.resolve(readImage(image, accepted, prediction, dataset));
      }
    },
  };
}

function readImage(
  image: CocoImage,
  accepted: readonly CocoObject[],
  predicted: readonly CocoObject[] | null,
  { categories }: Dataset,
): SourceItem {
  const names = new Map(categories.map((category) => [String(category.id), category.name]));
  const problems: Problem[] = [];
  const report = (message: string): void => {
    const hint = 'Correct the entry in the COCO file.';
    problems.push({ id: String(image.id), file: image.file_name, message, hint });
  };
  const read = (objects: readonly CocoObject[], kind: string): PredictedRegion[] | undefined => {
    const regions = objects.map((object, index) => readRegion(object, index, image, names));
    for (const region of regions) if ('message' in region) report(`${kind} ${region.message}`);
    const whole = regions.filter((region) => 'mask' in region);
    return whole.length === regions.length ? whole.filter(({ mask }) => mask.areaPx > 0) : undefined;
  };
  const regions = read(accepted, 'annotation');
  const predictedRegions = predicted === null ? undefined : read(predicted, 'prediction');
  if (predicted?.length === 0) report('has no prediction; none is measured as one without masks');
  if (regions === undefined || regions.length === 0) return { evaluated: null, problems };
  const { file_name: file, width, height } = image;
  const difficulty = parseDifficulty(image.difficulty) ?? null;
  const evaluated = fileCase({
    image: { id: String(image.id), file, width, height, difficulty },
    accepted: regions,
    predicted: predictedRegions,
  });
  return { evaluated, problems };
}

function readRegion(
  { id: objectId, category_id, segmentation, score }: CocoObject,
  index: number,
  { width, height }: CocoImage,
  names: ReadonlyMap<string, string>,
): PredictedRegion | { readonly message: string } {
  const name = String(objectId ?? `#${index + 1}`);
  const parsed = segmentationSchema.safeParse(segmentation);
  if (!parsed.success) return { message: `${name} has no mask: give run lengths or polygons` };
  try {
    const mask = decodeSegmentation(parsed.data, width, height);
    return { id: name, label: names.get(String(category_id)) ?? String(category_id), mask, score: score ?? null };
  } catch (thrown) {
    return { message: `${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
}

function groupByImage(objects: readonly CocoObject[]): Map<string, CocoObject[]> {
  const groups = new Map<string, CocoObject[]>();
  for (const object of objects) {
    const key = String(object.image_id);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [object]);
    else group.push(object);
  }
  return groups;
}

async function readCoco<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(await readJson(path));
  if (parsed.success) return parsed.data;
  const { path: place, message } = parsed.error.issues[0] ?? { path: [], message: 'unknown form' };
  throw unreadable(path, `${place.join('.') || 'the file'}: ${message}`);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    throw unreadable(path, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function unreadable(path: string, reason: string): SamIAmError {
  return new SamIAmError('usage.invalid', `${path} can't be read as COCO: ${reason}`, {
    hint: 'Give a COCO file with images, annotations and categories; predictions as a COCO result file, a list.',
  });
}
