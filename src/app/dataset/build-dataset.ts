import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { OpenCaseImage } from '../../annotations/case-images.js';
import type { EvaluationCase, EvaluationSource } from '../../annotations/evaluation-case.js';
import { encodeCocoRle } from '../../core/coco-rle.js';
import { asSamIAmError, SamIAmError } from '../../core/errors.js';
import { labelAreas, paintLabelMap } from '../../core/label-map.js';
import { valueOrThrow } from '../../core/result.js';
import { decodeMicrograph } from '../../imaging/decode-micrograph.js';
import { renderLabels } from '../../imaging/overlay.js';
import { scalarPixelSize } from '../../imaging/pixel-size.js';
import { diskError } from '../../store/disk-error.js';
import { writeWhole } from '../../store/write-whole.js';
import { type SplitName, splitOfSpecimen, type SplitShares } from './specimen-split.js';

/** Where accepted annotations come from. */
export interface DatasetSource {
  readonly source: EvaluationSource;
  /** For file names and provenance: a project's number or an export's name. */
  readonly name: string;
  /** Label Studio's address, where it is one's. */
  readonly url: string | null;
  readonly openImage: OpenCaseImage;
}

/** How a data set is made. */
export interface DatasetOptions {
  readonly sources: readonly DatasetSource[];
  readonly out: string;
  /** The task field that names the specimen. */
  readonly specimenField: string;
  readonly shares: SplitShares;
  readonly licence: string | null;
  readonly maxPixels: number;
  readonly signal: AbortSignal;
  readonly onItem: (line: string) => void;
  readonly onProblem: (name: string, error: Pick<SamIAmError, 'message' | 'hint'>) => void;
}

interface FileEntry {
  /** Relative to the data set's folder. */
  readonly file: string;
  readonly sha256: string;
}

/** One annotated image, in `manifest.json`. */
export interface DatasetItem {
  readonly id: string;
  readonly image: FileEntry & { readonly width: number; readonly height: number };
  readonly labels: FileEntry;
  readonly split: SplitName;
  readonly specimen: string;
  /** False: the task names none, and the image stands for itself. */
  readonly specimen_named: boolean;
  readonly nanometres_per_pixel: number | null;
  readonly provenance: {
    readonly source: string;
    readonly url: string | null;
    readonly task: string;
    readonly file: string;
    readonly annotation: string;
    readonly annotator: string | null;
    readonly completed_at: string | null;
  };
}

/** What was made. */
export interface BuiltDataset {
  readonly images: number;
  readonly problems: number;
  readonly labels: readonly string[];
  readonly splits: Readonly<Record<SplitName, number>>;
  readonly specimens: number;
  readonly unnamed: number;
}

/** Raised where the meaning of the files changes. */
const manifestVersion = 1;

/**
 * Writes `images/`, `labels/` (8-bit PNGs: 0 unlabelled, k the k-th label), `annotations.coco.json` and, last, `manifest.json`. Files
 * that are there already with the same content stay as they are, so that an interrupted run goes on. Null: it was interrupted.
 */
export async function buildDataset(options: DatasetOptions): Promise<BuiltDataset | null> {
  const { sources, out, signal, onItem, onProblem, licence } = options;
  const labels: string[] = [];
  const items: DatasetItem[] = [];
  const coco = new CocoAnnotations();
  let problems = 0;
  for (const origin of sources) {
    for await (const { evaluated, problems: found } of origin.source.items()) {
      if (signal.aborted) return null;
      for (const { file, message, hint } of found) onProblem(file, { message, hint });
      problems += found.length;
      if (evaluated === null) continue;
      try {
        const item = await writeItem(evaluated, origin, labels, options);
        items.push(item);
        coco.add(item, evaluated, labels);
        onItem(`${item.image.file}: ${item.split}`);
      } catch (thrown) {
        const error = asSamIAmError(thrown);
        if (error.code === 'disk.unwritable' || error.code.startsWith('label_studio.')) throw error;
        problems++;
        onProblem(evaluated.file, error);
      }
    }
  }
  const specimens = new Set(items.map(({ specimen }) => specimen));
  const splits = { train: 0, validation: 0, test: 0 };
  for (const { split } of items) splits[split]++;
  await writeFileWhole(join(out, 'annotations.coco.json'), JSON.stringify(coco.file(labels, licence)));
  const manifest = { version: manifestVersion, licence, labels, splits, items };
  await writeFileWhole(join(out, 'manifest.json'), JSON.stringify(manifest, null, 1));
  const unnamed = items.filter(({ specimen_named: named }) => !named).length;
  return { images: items.length, problems, labels, splits, specimens: specimens.size, unnamed };
}

async function writeItem(
  evaluated: EvaluationCase,
  { name, url, openImage }: DatasetSource,
  labels: string[],
  { out, specimenField, shares, maxPixels, signal }: DatasetOptions,
): Promise<DatasetItem> {
  const image = valueOrThrow(await openImage(evaluated, signal));
  const { width, height, pixelSizeNm } = valueOrThrow(await decodeMicrograph(image.name, image.bytes, { maxPixels }));
  if (width !== evaluated.width || height !== evaluated.height) throw otherSize(evaluated, width, height);
  const [annotation] = evaluated.annotations;
  // Small regions lie over large ones where people let them overlap.
  const layers = annotation.regions
    .toSorted((a, b) => b.mask.areaPx - a.mask.areaPx)
    .map(({ label, mask }) => ({ mask, label: numberOf(label, labels) }));
  const map = paintLabelMap(width, height, layers);
  const areas = labelAreas(map);
  const hidden = [...new Set(layers.map(({ label }) => label))].filter((label) => areas[label] === 0);
  if (hidden.length > 0) throw hiddenLabels(hidden.map((label) => labels[label - 1] ?? ''));
  const id = `${name}-${evaluated.id}`.replace(/[^\w.-]+/g, '_');
  const sha256 = digest(image.bytes);
  const named = evaluated.taskData?.[specimenField];
  const isNamed = (typeof named === 'string' && named !== '') || typeof named === 'number';
  const specimen = isNamed ? String(named) : sha256;
  return {
    id,
    image: {
      ...(await writeEntry(out, `images/${id}${endingOf(image.name, evaluated.file)}`, image.bytes)),
      width,
      height,
    },
    labels: await writeEntry(out, `labels/${id}.png`, await renderLabels(width, height, map.labels)),
    split: splitOfSpecimen(specimen, shares),
    specimen,
    specimen_named: isNamed,
    nanometres_per_pixel: scalarPixelSize(pixelSizeNm),
    provenance: {
      source: name,
      url,
      task: evaluated.id,
      file: evaluated.file,
      annotation: annotation.id,
      annotator: annotation.annotator,
      completed_at: annotation.completedAt,
    },
  };
}

const mostLabels = 255;

function numberOf(label: string, labels: string[]): number {
  const index = labels.indexOf(label);
  if (index >= 0) return index + 1;
  if (labels.length === mostLabels) {
    throw new SamIAmError('request.invalid', `there are more than ${mostLabels} labels`, {
      hint: 'Make data sets of fewer projects, or give the same labels the same names.',
    });
  }
  return labels.push(label);
}

function endingOf(...names: readonly string[]): string {
  return names.map((name) => extname(name).toLowerCase()).find((ending) => /^\.\w{1,5}$/.test(ending)) ?? '.png';
}

async function writeEntry(out: string, file: string, content: Uint8Array): Promise<FileEntry> {
  const path = join(out, file);
  const sha256 = digest(content);
  const there = await readFile(path).catch(() => undefined);
  if (there === undefined || digest(there) !== sha256) await writeFileWhole(path, content);
  return { file, sha256 };
}

async function writeFileWhole(path: string, content: Uint8Array | string): Promise<void> {
  await writeWhole(path, content).catch((thrown: unknown) => {
    throw diskError(thrown, dirname(path));
  });
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The same annotations as COCO has them; ids are positions, from 1. */
class CocoAnnotations {
  readonly #images: object[] = [];
  readonly #annotations: object[] = [];

  add({ image }: DatasetItem, { annotations: [{ regions }] }: EvaluationCase, labels: readonly string[]): void {
    const id = this.#images.length + 1;
    this.#images.push({ id, file_name: image.file, width: image.width, height: image.height });
    for (const { label, mask } of regions) {
      const { x, y, width, height } = mask.box;
      this.#annotations.push({
        id: this.#annotations.length + 1,
        image_id: id,
        category_id: labels.indexOf(label) + 1,
        iscrowd: 0,
        segmentation: encodeCocoRle(mask),
        area: mask.areaPx,
        bbox: [x, y, width, height],
      });
    }
  }

  file(labels: readonly string[], licence: string | null): object {
    return {
      info: { description: 'accepted annotations, written by sam-i-am dataset' },
      licenses: licence === null ? [] : [{ id: 1, name: licence }],
      categories: labels.map((name, index) => ({ id: index + 1, name })),
      images: this.#images,
      annotations: this.#annotations,
    };
  }
}

/** A label image has room for one label per pixel. */
function hiddenLabels(labels: readonly string[]): SamIAmError {
  const names = labels.map((label) => `"${label}"`).join(', ');
  return new SamIAmError('request.invalid', `a label image has no pixel left for ${names}: other labels cover it`, {
    hint: 'Give each region one label, or delete those that others cover.',
  });
}

function otherSize({ file, width, height }: EvaluationCase, imageWidth: number, imageHeight: number): SamIAmError {
  return new SamIAmError(
    'request.invalid',
    `${file} is ${imageWidth} × ${imageHeight} pixels, its accepted masks are ${width} × ${height}`,
    { hint: 'Give the image that was annotated, in its own size.' },
  );
}
