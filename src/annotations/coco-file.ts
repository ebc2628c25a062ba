import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { SamIAmError } from '../core/errors.js';
import { parseDifficulty } from '../metrics/difficulty.js';
import { decodeSegmentation, segmentationSchema } from './coco-segmentation.js';
import type { EvaluationSource, PredictedRegion, Problem, SourceItem } from './evaluation-case.js';
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
  annotations: z.array(z.unknown()),
  categories: z.array(z.object({ id, name: z.string() })),
});

/**
 * A COCO file of accepted masks, and optionally a COCO result file of predicted ones. Crowd regions do not count. Entries that belong to no
 * image are named before the images.
 */
export async function openCocoFile(path: string, predictionsPath?: string): Promise<EvaluationSource> {
  const { images, annotations, categories } = await readCoco(path, datasetSchema);
  const results = predictionsPath === undefined ? [] : await readCoco(predictionsPath, z.array(z.unknown()));
  const names = new Map(categories.map((category) => [String(category.id), category.name]));
  const known = new Set(images.map((image) => String(image.id)));
  const truths = groupByImage(annotations, 'annotation', known);
  const predicted = groupByImage(results, 'prediction', known);
  return {
    name: basename(path),
    total: images.length,
    async *items() {
      const problems = [...truths.problems, ...predicted.problems];
      if (problems.length > 0) yield { evaluated: null, problems };
      for (const image of images) {
        const accepted = truths.groups.get(String(image.id))?.filter(({ iscrowd }) => iscrowd !== 1) ?? [];
        const prediction = predictionsPath === undefined ? null : (predicted.groups.get(String(image.id)) ?? []);
        if (accepted.length > 0) yield await Promise.resolve(readImage(image, accepted, prediction, names));
      }
    },
  };
}

function readImage(
  image: CocoImage,
  accepted: readonly CocoObject[],
  predicted: readonly CocoObject[] | null,
  names: ReadonlyMap<string, string>,
): SourceItem {
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
  const unnamed = [...accepted, ...(predicted ?? [])].map(({ category_id }) => String(category_id));
  for (const category of new Set(unnamed.filter((each) => !names.has(each)))) {
    report(`the file names no category ${category}; its masks are measured all the same`);
  }
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

/** Sorts entries by their images; those that are damaged or of an image that the file does not have are problems. */
function groupByImage(entries: readonly unknown[], kind: string, known: ReadonlySet<string>) {
  const groups = new Map<string, CocoObject[]>();
  const problems: Problem[] = [];
  entries.forEach((entry, index) => {
    const { data: object, error } = objectSchema.safeParse(entry);
    const key = object === undefined ? imageOf(entry) : String(object.image_id);
    const name = `${kind} ${String(object?.id ?? `#${index + 1}`)}`;
    const report = (message: string): void => {
      const hint = 'Correct the entry in the COCO file.';
      problems.push({ id: key, file: `image ${key}`, message: `${name} ${message}`, hint });
    };
    if (object === undefined) report(`is damaged: ${error.issues[0]?.path.join('.') || 'it'} is missing or wrong`);
    else if (!known.has(key)) report('is of an image that is not in the list of images');
    else {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [object]);
      else group.push(object);
    }
  });
  return { groups, problems };
}

function imageOf(entry: unknown): string {
  return typeof entry === 'object' && entry !== null && 'image_id' in entry ? String(entry.image_id) : '?';
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
