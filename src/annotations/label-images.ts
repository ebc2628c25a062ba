import { readdir, readFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { z } from 'zod';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { type BrushFile, brushFileOf, brushLabels, type BrushMasks, readBrushFiles } from './brush-export.js';
import { decodeSegmentation, segmentationSchema } from './coco-segmentation.js';
import type { CaseAnnotation, EvaluationSource, PredictedRegion, Problem, SourceItem } from './evaluation-case.js';
import { fileCase } from './file-case.js';
import { type LabelLegend, readLegend } from './label-legend.js';
import { readLabelPixels } from './label-pixels.js';
import { regionsOfPixels } from './label-regions.js';

/** What stands between the name of a micrograph and the ending of its label image or masks. */
const roles = /\.(labels|materials|mask|masks)$/i;

const imageEndings = ['.png', '.tif', '.tiff'];

/** What is known of a folder of label images besides its files. */
export interface LabelImageReading {
  readonly maxPixels: number;
  /** Labels of the project, for names that end in them. */
  readonly labels?: readonly string[];
}

/**
 * Folders of label images (numbers of 8 or 16 bits or of a palette, 0 unlabelled; or colours, black unlabelled): one with what is true, optionally one with what was
 * predicted, the same names in both. A legend in the folder names numbers and colours. Also Label Studio's brush labels as PNG or NumPy files, joined
 * by task. Predictions may also be `NAME.masks.json` files of `sam-i-am segment`.
 */
export async function openLabelImages(
  folder: string,
  predictionsFolder: string | undefined,
  reading: LabelImageReading,
): Promise<EvaluationSource> {
  const truths = await openFolder(folder, [...imageEndings, '.npy'], reading);
  const predictions =
    predictionsFolder === undefined
      ? undefined
      : await openFolder(predictionsFolder, [...imageEndings, '.npy', '.json'], reading);
  if (truths.files.size === 0) {
    throw new SamIAmError('usage.invalid', `the folder ${folder} holds no PNG, TIFF or NumPy file`, {
      hint: 'Give a folder of label images: NAME.png or NAME.labels.png, a number or a colour per material.',
    });
  }
  return {
    name: basename(folder),
    total: truths.files.size,
    async *items() {
      for (const stem of truths.files.keys())
        yield await new LabelImageReader(stem, truths, predictions, reading).read();
    },
  };
}

/** The files of a folder by the names of their micrographs, or by their tasks. */
interface LabelFolder {
  readonly files: ReadonlyMap<string, string | readonly BrushFile[]>;
  readonly legend: LabelLegend | undefined;
  /** The label of a file of Label Studio's export. */
  readonly labelOf: (about: string) => string;
}

async function openFolder(
  folder: string,
  endings: readonly string[],
  reading: LabelImageReading,
): Promise<LabelFolder> {
  const names = await readdir(folder).catch(() => {
    throw new SamIAmError('usage.invalid', `the folder ${folder} can't be read`, {
      hint: 'Give a folder that exists.',
    });
  });
  const found = await readLegend(folder).catch((thrown: unknown) => {
    throw new SamIAmError('usage.invalid', `the legend of ${folder} can't be read: ${asSamIAmError(thrown).message}`, {
      hint: 'Write {"Film": "#ff0000", "Substrate": "#00ff00"}, or labelmap.txt as CVAT does.',
    });
  });
  const paths = names.map((name) => join(folder, name)).filter((path) => path !== found?.file);
  const brushes = paths.flatMap((path) => brushFileOf(path) ?? []);
  const joined = new Set(brushes.map(({ path }) => path));
  const others = byStem(
    paths.filter((path) => !joined.has(path) && !/\.npy$/i.test(path)),
    endings,
  );
  const files = new Map<string, string | readonly BrushFile[]>([...others, ...byTask(brushes)]);
  return {
    files: new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    legend: found?.legend,
    labelOf: brushLabels(
      brushes.map(({ about }) => about),
      reading.labels ?? [],
    ),
  };
}

/** Masks files come last, so that they win over label images, which can't tell overlapping masks. */
function byStem(paths: readonly string[], endings: readonly string[]): Map<string, string> {
  const rank = (path: string): number => endings.indexOf(parse(path).ext.toLowerCase());
  const files = paths
    .filter((path) => rank(path) >= 0 && !/\.(overlay|task)\.\w{1,5}$/i.test(path))
    .toSorted((a, b) => rank(a) - rank(b));
  return new Map(files.map((path) => [parse(path).name.replace(roles, ''), path]));
}

function byTask(files: readonly BrushFile[]): Map<string, BrushFile[]> {
  const tasks = new Map<string, BrushFile[]>();
  for (const file of files) {
    const group = tasks.get(`task-${file.task}`);
    if (group === undefined) tasks.set(`task-${file.task}`, [file]);
    else group.push(file);
  }
  return tasks;
}

const saveHint = 'Save it as PNG or TIFF with a number or a colour per material, or correct it.';

/** Reads the case of one name. */
class LabelImageReader {
  readonly #stem: string;
  readonly #truths: LabelFolder;
  readonly #predictions: LabelFolder | undefined;
  readonly #maxPixels: number;
  readonly #problems: Problem[] = [];

  constructor(stem: string, truths: LabelFolder, predictions: LabelFolder | undefined, reading: LabelImageReading) {
    this.#stem = stem;
    this.#truths = truths;
    this.#predictions = predictions;
    this.#maxPixels = reading.maxPixels;
  }

  async read(): Promise<SourceItem> {
    const file = this.#truths.files.get(this.#stem);
    const read = await this.#attempt(() => this.#readAnnotations(file ?? []));
    const [truth, ...others] = read ?? [];
    if (truth === undefined) return { evaluated: null, problems: this.#problems };
    const { width, height, regions } = truth;
    if (regions.length === 0) this.#report(`${nameOf(file)} has no labelled pixel`);
    const predicted = await this.#readPredicted(width, height);
    if (regions.length === 0) return { evaluated: null, problems: this.#problems };
    const image = { id: this.#stem, file: this.#stem, width, height, difficulty: null };
    const evaluated = fileCase({ image, accepted: regions, predicted });
    const [first] = evaluated.annotations;
    const more = others.map((other): CaseAnnotation => ({ ...first, regions: other.regions.map(drawn) }));
    return { evaluated: { ...evaluated, annotations: [first, ...more] }, problems: this.#problems };
  }

  /** One of a label image, one per annotation of a task, the newest first. */
  async #readAnnotations(file: string | readonly BrushFile[]): Promise<BrushMasks[]> {
    if (typeof file === 'string') return [await this.#readImage(file, this.#truths)];
    const newestFirst = [...new Set(file.map(({ annotation }) => annotation))].toSorted((a, b) => b - a);
    const annotations: BrushMasks[] = [];
    for (const annotation of newestFirst) {
      const own = file.filter((each) => each.annotation === annotation);
      annotations.push(await readBrushFiles(own, this.#truths.labelOf, this.#maxPixels));
    }
    const [first] = annotations;
    if (annotations.some(({ width, height }) => width !== first?.width || height !== first.height)) {
      throw new TypeError('its annotations are of several sizes');
    }
    return annotations;
  }

  async #readImage(path: string, { legend }: LabelFolder): Promise<BrushMasks> {
    const pixels = await readLabelPixels(path, this.#maxPixels);
    try {
      return { width: pixels.width, height: pixels.height, regions: regionsOfPixels(pixels, legend) };
    } catch (thrown) {
      throw new TypeError(`${basename(path)}: ${asSamIAmError(thrown).message}`);
    }
  }

  async #readPredicted(width: number, height: number): Promise<readonly PredictedRegion[] | undefined> {
    if (this.#predictions === undefined) return undefined;
    const file = this.#predictions.files.get(this.#stem);
    if (file === undefined) {
      this.#report('there is no prediction to compare the labels with');
      return undefined;
    }
    const predictions = this.#predictions;
    return this.#attempt(async () => {
      if (typeof file === 'string' && file.endsWith('.json')) return readMasksFile(file, width, height);
      const found =
        typeof file === 'string'
          ? await this.#readImage(file, predictions)
          : await readBrushFiles(newestOf(file), predictions.labelOf, this.#maxPixels);
      if (found.width === width && found.height === height) return found.regions;
      throw new RangeError(
        `${nameOf(file)} is ${found.width} × ${found.height} pixels, the labels ${width} × ${height}`,
      );
    });
  }

  async #attempt<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.#report(asSamIAmError(thrown).message);
      return undefined;
    }
  }

  #report(message: string): void {
    this.#problems.push({ id: this.#stem, file: this.#stem, message, hint: saveHint });
  }
}

function drawn(region: PredictedRegion) {
  return { ...region, recordedOrigin: null };
}

function nameOf(file: string | readonly BrushFile[] | undefined): string {
  if (typeof file === 'string') return basename(file);
  return file?.[0] === undefined ? 'it' : `task ${file[0].task}`;
}

function newestOf(files: readonly BrushFile[]): BrushFile[] {
  const newest = Math.max(...files.map(({ annotation }) => annotation));
  return files.filter(({ annotation }) => annotation === newest);
}

const masksFileSchema = z.object({
  masks: z.array(z.object({ rle: segmentationSchema, material: z.number().nullish(), score: z.number().nullish() })),
});

async function readMasksFile(path: string, width: number, height: number): Promise<PredictedRegion[]> {
  const parsed = masksFileSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new TypeError(`${basename(path)} is no masks file of sam-i-am segment`);
  return parsed.data.masks.map(({ rle, material, score }, index) => ({
    id: `mask-${index + 1}`,
    label: material === null || material === undefined ? `mask ${index + 1}` : String(material),
    mask: decodeSegmentation(rle, width, height),
    score: score ?? null,
  }));
}
