import { basename } from 'node:path';
import { z } from 'zod';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { parseDifficulty } from '../metrics/difficulty.js';
import { decodeSegmentation, segmentationSchema } from './coco-segmentation.js';
import type { EvaluationSource, PredictedRegion, Problem, SourceItem } from './evaluation-case.js';
import { fileCase } from './file-case.js';
import { readJsonFile } from './text-encoding.js';

const id = z.union([z.number(), z.string()]);

const imageSchema = z.object({
  id,
  file_name: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  difficulty: z.unknown().optional(),
});

/** `iscrowd` is not looked at: CVAT sets it for every brush mask, and a mask it is. */
const objectSchema = z.object({
  id: id.nullish(),
  image_id: id,
  category_id: id,
  segmentation: z.unknown().optional(),
  score: z.number().nullish(),
});
type CocoObject = z.infer<typeof objectSchema>;
type CocoImage = z.infer<typeof imageSchema>;

const datasetSchema = z.object({
  images: z.array(z.unknown()),
  annotations: z.array(z.unknown()),
  categories: z.array(z.unknown()),
});
const categorySchema = z.object({ id, name: z.string() });

/** What is read of COCO files. */
export interface CocoReading {
  /** Larger masks are refused before memory is taken for them. */
  readonly maxPixels: number;
}

/**
 * A COCO file of accepted masks, and optionally a COCO result file of predicted ones. An image of which one entry can't be read is named and left out; entries
 * that belong to no image are named before the images.
 */
export async function openCocoFile(
  path: string,
  predictionsPath: string | undefined,
  reading: CocoReading,
): Promise<EvaluationSource> {
  const { images: listed, annotations, categories } = await readCoco(path, datasetSchema);
  const results = predictionsPath === undefined ? [] : await readCoco(predictionsPath, z.array(z.unknown()));
  const names = new Map(
    categories
      .flatMap((category) => categorySchema.safeParse(category).data ?? [])
      .map((each) => [String(each.id), each.name]),
  );
  const { images, problems } = readImages(listed);
  const known = new Set(images.map((image) => String(image.id)));
  const truths = groupByImage(annotations, 'annotation', known);
  const predicted = groupByImage(results, 'prediction', known);
  return {
    name: basename(path),
    total: images.length,
    async *items() {
      const lost = [...problems, ...truths.problems, ...predicted.problems];
      if (lost.length > 0) yield { evaluated: null, problems: lost };
      for (const image of images) {
        const accepted = truths.groups.get(String(image.id)) ?? [];
        const prediction = predictionsPath === undefined ? null : (predicted.groups.get(String(image.id)) ?? []);
        if (accepted.length > 0)
          yield await Promise.resolve(readImage(image, { accepted, prediction, names, reading }));
      }
    },
  };
}

/** Images that are damaged, or whose id another one has, are problems. */
function readImages(listed: readonly unknown[]): { images: CocoImage[]; problems: Problem[] } {
  const images = new Map<string, CocoImage>();
  const problems: Problem[] = [];
  listed.forEach((entry, index) => {
    const { data: image, error } = imageSchema.safeParse(entry);
    const key = image === undefined ? `#${index + 1}` : String(image.id);
    const report = (message: string): void => {
      const file = image === undefined ? `image ${key}` : fileNameOf(image);
      problems.push({ id: key, file, message, hint: correctHint });
    };
    if (image === undefined) report(`is damaged: ${error.issues[0]?.path.join('.') || 'it'} is missing or wrong`);
    else if (images.has(key)) report('has the id of another image; it is left out');
    else images.set(key, image);
  });
  return { images: [...images.values()], problems };
}

/** The name of the file without its folders, as Windows writes them, too. */
function fileNameOf({ file_name: file }: CocoImage): string {
  return file.split(/[/\\]/).findLast((part) => part !== '') ?? file;
}

const correctHint = 'Correct the entry in the COCO file.';

/** What a file has of one image; entries that could not be read are there as reasons. */
interface ImageEntries {
  readonly accepted: readonly CocoEntry[];
  /** Null: there is no file of predictions. */
  readonly prediction: readonly CocoEntry[] | null;
  readonly names: ReadonlyMap<string, string>;
  readonly reading: CocoReading;
}

type CocoEntry =
  { readonly object: CocoObject; readonly name: string } | { readonly reason: string; readonly name: string };

function readImage(image: CocoImage, { accepted, prediction, names, reading }: ImageEntries): SourceItem {
  const problems: Problem[] = [];
  const file = fileNameOf(image);
  const report = (message: string): void => {
    problems.push({ id: String(image.id), file, message, hint: correctHint });
  };
  const { width, height } = image;
  if (width * height > reading.maxPixels) {
    report(`its ${width} × ${height} pixels are more than MAX_IMAGE_PIXELS allows`);
    return { evaluated: null, problems };
  }
  const read = (entries: readonly CocoEntry[], kind: string): PredictedRegion[] | undefined => {
    const regions = entries.map((entry) => ('object' in entry ? readRegion(entry, image, names) : entry));
    for (const region of regions) if ('reason' in region) report(`${kind} ${region.name} ${region.reason}`);
    const whole = regions.filter((region) => 'mask' in region);
    return whole.length === regions.length ? whole : undefined;
  };
  const categories = [...accepted, ...(prediction ?? [])].flatMap((entry) =>
    'object' in entry ? String(entry.object.category_id) : [],
  );
  for (const category of new Set(categories.filter((each) => !names.has(each)))) {
    report(`the file names no category ${category}; its masks are measured all the same`);
  }
  const regions = read(accepted, 'annotation');
  const predicted = prediction === null ? undefined : read(prediction, 'prediction');
  if (prediction?.length === 0) report('has no prediction; none is measured as one without masks');
  if (regions === undefined || regions.length === 0) return { evaluated: null, problems };
  const difficulty = parseDifficulty(image.difficulty) ?? null;
  const evaluated = fileCase({
    image: { id: String(image.id), file, width, height, difficulty },
    accepted: regions,
    predicted,
  });
  return { evaluated, problems };
}

function readRegion(
  { object: { category_id, segmentation, score }, name }: { readonly object: CocoObject; readonly name: string },
  { width, height }: CocoImage,
  names: ReadonlyMap<string, string>,
): PredictedRegion | { readonly name: string; readonly reason: string } {
  const parsed = segmentationSchema.safeParse(segmentation);
  if (!parsed.success || (Array.isArray(parsed.data) && parsed.data.length === 0)) {
    return { name, reason: 'has no mask: give run lengths or polygons' };
  }
  try {
    const mask = decodeSegmentation(parsed.data, width, height);
    if (mask.areaPx === 0) return { name, reason: 'has a mask without any pixel in the image' };
    return { id: name, label: names.get(String(category_id)) ?? String(category_id), mask, score: score ?? null };
  } catch (thrown) {
    return { name, reason: `can't be read: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
}

/** Sorts entries by their images; those of an image that the file does not have are problems. */
function groupByImage(entries: readonly unknown[], kind: string, known: ReadonlySet<string>) {
  const groups = new Map<string, CocoEntry[]>();
  const problems: Problem[] = [];
  entries.forEach((raw, index) => {
    const { data: object, error } = objectSchema.safeParse(raw);
    const key = object === undefined ? imageOf(raw) : String(object.image_id);
    const name = String(object?.id ?? `#${index + 1}`);
    const reason = `is damaged: ${error?.issues[0]?.path.join('.') || 'it'} is missing or wrong`;
    const entry: CocoEntry = object === undefined ? { name, reason } : { name, object };
    if (known.has(key)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [entry]);
      else group.push(entry);
      return;
    }
    const why = object === undefined ? reason : 'is of an image that is not in the list of images';
    problems.push({ id: key, file: `image ${key}`, message: `${kind} ${name} ${why}`, hint: correctHint });
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
    return await readJsonFile(path);
  } catch (thrown) {
    throw unreadable(path, thrown instanceof SyntaxError ? 'it is cut off or no JSON' : asSamIAmError(thrown).message);
  }
}

function unreadable(path: string, reason: string): SamIAmError {
  return new SamIAmError('usage.invalid', `${path} can't be read as COCO: ${reason}`, {
    hint: 'Give a COCO file with images, annotations and categories; predictions as a COCO result file, a list.',
  });
}
