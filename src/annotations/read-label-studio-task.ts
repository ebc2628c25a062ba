import { labelConfigOfTask } from '../label-studio/label-config.js';
import type { Problem, SourceItem } from './evaluation-case.js';
import { ImageReader } from './image-case.js';
import {
  annotationSchema,
  exportInFull,
  paintHint,
  personName,
  predictionSchema,
  type RawAnnotation,
  type RawPrediction,
  type RawTask,
  type ReadAnnotation,
  type ReadPrediction,
  type TaskReading,
  taskSchema,
} from './label-studio-task.js';
import { type ImagePlace, placeKey, readRegions } from './read-regions.js';
import { areaKinds, entryKind } from './region-kinds.js';
import { imageFileName, taskImageAddress } from './task-image.js';

export type { TaskReading } from './label-studio-task.js';

/**
 * Reads one task as Label Studio lists or exports it: a case for each of its images and pages. Skipped annotations and drafts do not count; a task that nobody
 * has annotated gives nothing.
 */
export async function readLabelStudioTask(raw: unknown, reading: TaskReading): Promise<readonly SourceItem[]> {
  const parsed = taskSchema.safeParse(raw);
  if (!parsed.success) return [{ evaluated: null, problems: [malformedTask(raw)] }];
  const { annotations, completions } = parsed.data;
  if (annotations === undefined && completions !== undefined) {
    return [{ evaluated: null, problems: [oldTask(parsed.data.id)] }];
  }
  const { config } = reading;
  const own = config && labelConfigOfTask(config, parsed.data.data);
  return new TaskReader(parsed.data, { ...reading, config: own }).read();
}

/** A person's last word counts; a ground truth comes before all others, then the newest. */
function newestPerPerson(annotations: readonly RawAnnotation[]): RawAnnotation[] {
  const time = (annotation: RawAnnotation): string => annotation.updated_at ?? annotation.created_at ?? '';
  const newestFirst = annotations.toSorted(
    (a, b) => Number(b.ground_truth ?? false) - Number(a.ground_truth ?? false) || (time(b) > time(a) ? 1 : -1),
  );
  const byPerson = new Map<string, RawAnnotation>();
  for (const annotation of newestFirst) {
    const name = personName(annotation) ?? '';
    if (!byPerson.has(name)) byPerson.set(name, annotation);
  }
  return [...byPerson.values()];
}

/** Collects a task's cases and what is wrong with it. */
class TaskReader {
  readonly #task: RawTask;
  readonly #reading: TaskReading;
  /** Of the task as a whole. */
  readonly #problems: Problem[] = [];

  constructor(task: RawTask, reading: TaskReading) {
    this.#task = task;
    this.#reading = reading;
  }

  async read(): Promise<SourceItem[]> {
    const accepted: ReadAnnotation[] = [];
    for (const annotation of newestPerPerson(this.#parseAnnotations())) {
      const name = `annotation ${String(annotation.id ?? '')}`;
      accepted.push({ annotation, name, layers: await readRegions(annotation.result, this.#reading) });
    }
    for (const { name, layers } of accepted) {
      for (const { message, hint } of layers.problems) this.#report(`${name}: ${message}`, hint);
      const isEmpty = layers.problems.length === 0 && layers.layers.length === 0;
      if (isEmpty) this.#report(`${name} has no region with an area`, paintHint);
    }
    const whole = accepted.filter(({ layers }) => layers.problems.length === 0);
    const places = this.#places(whole);
    const predictions = places.length === 0 ? [] : await this.#readPredictions(whole);
    const items: SourceItem[] = [];
    for (const place of places) {
      const reader = new ImageReader(this.#task, place, {
        ...this.#reading,
        isOnly: places.every(({ toName }) => toName === places[0]?.toName),
        hasPages: places.some(({ page }) => page > 0),
        mainName: places[0]?.toName ?? '',
      });
      items.push(reader.read(whole, predictions));
    }
    const [first = { evaluated: null, problems: [] }, ...others] = items;
    const isNothing = items.length === 0 && this.#problems.length === 0;
    return isNothing ? [] : [{ ...first, problems: [...this.#problems, ...first.problems] }, ...others];
  }

  /** The images that people annotated, in the order of the label config, pages in their order. */
  #places(annotations: readonly ReadAnnotation[]): ImagePlace[] {
    const found = new Map(
      annotations.flatMap(({ layers }) => layers.layers.map((layer) => [placeKey(layer), layer] as const)),
    );
    const names = this.#reading.config?.images.map(({ name }) => name) ?? [];
    const rank = ({ toName }: ImagePlace): number => (names.includes(toName) ? names.indexOf(toName) : names.length);
    return [...found.values()].toSorted((a, b) => rank(a) - rank(b) || a.page - b.page);
  }

  #parseAnnotations(): RawAnnotation[] {
    const annotations = (this.#task.annotations ?? []).flatMap((raw, index) => {
      const { data, error } = annotationSchema.safeParse(raw);
      if (data !== undefined) return [data];
      const where = error.issues[0]?.path.join('.') ?? '';
      this.#report(`annotation ${index + 1} is damaged: ${where || 'it'} is missing or wrong`, exportInFull);
      return [];
    });
    return annotations.filter(({ was_cancelled }) => was_cancelled !== true);
  }

  async #readPredictions(accepted: readonly ReadAnnotation[]): Promise<ReadPrediction[]> {
    if (this.#reading.acceptedOnly === true) return [];
    const stored = this.#parsePredictions(this.#task.predictions ?? []);
    const raws = areLost(stored, accepted) ? [...stored, ...(await this.#findPredictions())] : stored;
    const predictions: ReadPrediction[] = [];
    for (const [index, raw] of raws.entries()) {
      const name = String(raw.id ?? index + 1);
      const layers = await readRegions(raw.result, this.#reading);
      for (const { message, hint } of layers.problems) this.#report(`prediction ${name}: ${message}`, hint);
      if (layers.problems.length === 0) predictions.push({ raw, name, layers });
    }
    return predictions;
  }

  async #findPredictions(): Promise<RawPrediction[]> {
    const { id, project } = this.#task;
    const found = await this.#reading.findPredictions?.(
      String(id),
      project === null || project === undefined ? undefined : String(project),
    );
    return this.#parsePredictions(found ?? []);
  }

  /** Exports may give ids in place of predictions: those say nothing. */
  #parsePredictions(predictions: readonly unknown[]): RawPrediction[] {
    return predictions.flatMap((raw, index) => {
      if (typeof raw !== 'object') return [];
      const { data, error } = predictionSchema.safeParse(raw);
      if (data !== undefined) return [data];
      const where = error.issues[0]?.path.join('.') ?? '';
      this.#report(`prediction ${index + 1} is damaged: ${where || 'it'} is missing or wrong`, exportInFull);
      return [];
    });
  }

  #report(message: string, hint: string): void {
    const place = { toName: this.#reading.config?.images[0]?.name ?? '', page: 0 };
    const address = taskImageAddress(this.#task.data, place, {
      config: this.#reading.config,
      isOnly: true,
      hasPages: false,
    });
    const file = imageFileName(address) ?? `task ${String(this.#task.id)}`;
    this.#problems.push({ id: String(this.#task.id), file, message, hint });
  }
}

/** Whether people accepted predicted regions of which no prediction is left: it was deleted, or made anew by a later version. */
function areLost(predictions: readonly RawPrediction[], accepted: readonly ReadAnnotation[]): boolean {
  const left = new Set(predictions.flatMap(({ result }) => result.map(regionId)));
  const wasPredicted = accepted.flatMap(({ annotation }) => annotation.result.filter(isPredictedRegion));
  return predictions.length === 0 || wasPredicted.some((region) => !left.has(regionId(region)));
}

/** What was drawn by hand says so. */
function isPredictedRegion(region: unknown): boolean {
  const kind = typeof region === 'object' && region !== null ? entryKind(region as Record<string, unknown>) : undefined;
  return areaKinds.some((area) => area === kind) && (region as Record<string, unknown>)['origin'] !== 'manual';
}

function regionId(region: unknown): unknown {
  return typeof region === 'object' && region !== null && 'id' in region ? region.id : undefined;
}

function malformedTask(raw: unknown): Problem {
  const held = typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : {};
  const id = typeof held['id'] === 'number' || typeof held['id'] === 'string' ? String(held['id']) : '?';
  const isMinimal = 'annotation_id' in held || 'annotator' in held;
  const message = isMinimal
    ? 'this is an export in the form JSON-MIN, which leaves out what is measured'
    : 'this is no task of Label Studio';
  return { id, file: `task ${id}`, message, hint: exportInFull };
}

/** Before version 1.0 Label Studio had other names. */
function oldTask(id: unknown): Problem {
  return {
    id: String(id),
    file: `task ${String(id)}`,
    message: 'this is an export of a Label Studio before version 1.0, with "completions" in place of annotations',
    hint: 'Import it into a current Label Studio, and export the project from there as JSON.',
  };
}
