import { z } from 'zod';
import type { LabelConfig } from '../label-studio/label-config.js';
import { type Difficulty, parseDifficulty } from '../metrics/difficulty.js';
import type { CaseAnnotation, CasePrediction, EvaluationCase, Problem, SourceItem } from './evaluation-case.js';
import { type BrushLayer, readBrushLayer, unknownLabels } from './read-brush-regions.js';
import { imageFileName, taskImageAddress } from './task-image.js';

/** What is known of a project besides its tasks. */
export interface TaskReading {
  /** Undefined for files that come without one: then labels are not checked. */
  readonly config: LabelConfig | undefined;
  /** The Choices control or the task field that tells the difficulty. */
  readonly difficultyField: string;
  /** Larger masks are refused before memory is taken for them. */
  readonly maxPixels: number;
  /** Predictions that the task itself does not hold: what Label Studio can be asked for, or own copies of what was served. */
  readonly findPredictions?: (task: string, project: string | undefined) => Promise<readonly unknown[]>;
  /** Only what people accepted is wanted; predictions are neither read nor missed. */
  readonly acceptedOnly?: boolean;
}

const taskSchema = z.object({
  id: z.union([z.number(), z.string()]),
  data: z.record(z.string(), z.unknown()),
  project: z.union([z.number(), z.string()]).nullish(),
  meta: z.record(z.string(), z.unknown()).nullish(),
  file_upload: z.unknown().optional(),
  annotations: z.array(z.unknown()).nullish(),
  predictions: z.array(z.unknown()).nullish(),
});
type RawTask = z.infer<typeof taskSchema>;

const person = z.union([z.number(), z.string(), z.object({ id: z.number(), email: z.string().nullish() })]);

const annotationSchema = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  completed_by: person.nullish(),
  result: z.array(z.unknown()),
  was_cancelled: z.boolean().nullish(),
  ground_truth: z.boolean().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
  lead_time: z.number().nullish(),
  parent_prediction: z.number().nullish(),
});
type RawAnnotation = z.infer<typeof annotationSchema>;

const predictionSchema = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  result: z.array(z.unknown()),
  model_version: z.string().nullish(),
  created_at: z.string().nullish(),
});
type RawPrediction = z.infer<typeof predictionSchema>;

const choicesSchema = z.object({
  type: z.literal('choices'),
  from_name: z.string(),
  value: z.object({ choices: z.array(z.string()) }),
});

/**
 * Reads one task as Label Studio lists or exports it. Skipped annotations and drafts do not count; a task that nobody has annotated
 * gives neither case nor problem.
 */
export async function readLabelStudioTask(raw: unknown, reading: TaskReading): Promise<SourceItem> {
  const parsed = taskSchema.safeParse(raw);
  if (!parsed.success) return { evaluated: null, problems: [malformedTask(raw)] };
  return new TaskReader(parsed.data, reading).read();
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

function personName({ completed_by: by }: RawAnnotation): string | null {
  if (by === null || by === undefined) return null;
  return typeof by === 'object' ? (by.email ?? String(by.id)) : String(by);
}

const exportInFull = 'Export the project as JSON, with annotations and predictions in full.';

/** Collects a task's case and what is wrong with it. */
class TaskReader {
  readonly #task: RawTask;
  readonly #reading: TaskReading;
  readonly #file: string;
  readonly #address: string | null;
  readonly #problems: Problem[] = [];

  constructor(task: RawTask, reading: TaskReading) {
    this.#task = task;
    this.#reading = reading;
    this.#address = taskImageAddress(task.data, reading.config);
    this.#file = imageFileName(this.#address) ?? `task ${String(task.id)}`;
  }

  async read(): Promise<SourceItem> {
    const accepted = newestPerPerson(this.#parseAnnotations().filter(({ was_cancelled }) => was_cancelled !== true));
    const layers = accepted.flatMap((annotation) => {
      const layer = this.#readLayer(annotation.result, `annotation ${String(annotation.id ?? '')}`);
      return layer === undefined ? [] : [{ annotation, layer }];
    });
    const size = layers[0]?.layer;
    const [first, ...rest] = layers.filter(({ layer, annotation }) =>
      this.#hasSize(layer, size, `annotation ${String(annotation.id ?? '')}`),
    );
    if (first === undefined || size === undefined) return { evaluated: null, problems: this.#problems };
    const predictions = await this.#readPredictions(
      size,
      layers.map(({ layer }) => layer),
    );
    if (predictions.length === 0 && this.#reading.acceptedOnly !== true) {
      this.#report('there is no prediction to compare the annotation with', 'Predict the task, or leave it as it is.');
    }
    const complete = ({ annotation, layer }: typeof first): CaseAnnotation => ({
      id: String(annotation.id ?? ''),
      annotator: personName(annotation),
      completedAt: annotation.updated_at ?? annotation.created_at ?? null,
      leadTimeS: annotation.lead_time ?? null,
      regions: layer.regions,
      prediction: shownPrediction(annotation, layer, predictions)?.prediction ?? null,
    });
    const evaluated: EvaluationCase = {
      id: String(this.#task.id),
      file: this.#file,
      width: size.width,
      height: size.height,
      difficulty: this.#difficulty(accepted),
      annotations: [complete(first), ...rest.map(complete)],
      versions: newestPerVersion(predictions),
      isTraced: true,
      imageAddress: this.#address,
      taskData: this.#task.data,
    };
    return { evaluated, problems: this.#problems };
  }

  #parseAnnotations(): RawAnnotation[] {
    return (this.#task.annotations ?? []).flatMap((raw, index) => {
      const { data, error } = annotationSchema.safeParse(raw);
      if (data !== undefined) return [data];
      const where = error.issues[0]?.path.join('.') ?? '';
      this.#report(`annotation ${index + 1} is damaged: ${where || 'it'} is missing or wrong`, exportInFull);
      return [];
    });
  }

  #readLayer(result: readonly unknown[], where: string): BrushLayer | undefined {
    const layer = readBrushLayer(result, this.#reading);
    for (const { message, hint } of layer.problems) this.#report(`${where}: ${message}`, hint);
    if (layer.isDamaged) return undefined;
    if (layer.regions.length > 0) return layer;
    this.#report(`${where} has no brush region`, 'Paint the materials, or skip the task in Label Studio.');
    return undefined;
  }

  #hasSize(layer: BrushLayer, size: BrushLayer | undefined, where: string): boolean {
    if (size === undefined || (layer.width === size.width && layer.height === size.height)) return true;
    this.#report(
      `${where} is ${layer.width} × ${layer.height} pixels, the accepted masks are ${size.width} × ${size.height}`,
      'Predict or annotate the task again: its image was replaced by one of another size.',
    );
    return false;
  }

  async #readPredictions(size: BrushLayer, accepted: readonly BrushLayer[]): Promise<DatedPrediction[]> {
    if (this.#reading.acceptedOnly === true) return [];
    const stored = this.#parsePredictions(this.#task.predictions ?? []);
    const raw = areLost(stored, accepted) ? [...stored, ...(await this.#findPredictions())] : stored;
    return raw.flatMap(({ id, model_version, created_at, result }, index): DatedPrediction[] => {
      const name = String(id ?? index + 1);
      const layer = readBrushLayer(result, { ...this.#reading, config: undefined });
      for (const { message, hint } of [...layer.problems, ...unknownLabels(layer.regions, this.#reading.config)]) {
        this.#report(`prediction ${name}: ${message}`, hint);
      }
      const isEmpty = result.length === 0;
      if (layer.isDamaged || (!isEmpty && layer.regions.length === 0)) return [];
      if (!isEmpty && !this.#hasSize(layer, size, `prediction ${name}`)) return [];
      const prediction = { id: name, version: model_version ?? 'unknown', regions: layer.regions };
      return [{ prediction, createdAt: created_at ?? '' }];
    });
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

  #difficulty(accepted: readonly RawAnnotation[]): Difficulty | null {
    const { difficultyField } = this.#reading;
    const choices = accepted.flatMap(({ result }) =>
      result.flatMap((region) => choicesSchema.safeParse(region).data ?? []),
    );
    const chosen = choices.find(({ from_name }) => from_name === difficultyField)?.value.choices[0];
    const value = chosen ?? this.#task.data[difficultyField] ?? this.#task.meta?.[difficultyField];
    if (value === undefined || value === null) return null;
    const difficulty = parseDifficulty(value);
    if (difficulty === undefined) {
      this.#report(
        `its difficulty ${JSON.stringify(value)} is none of 1, 2, 3`,
        'Write 1 (clear), 2 or 3 (intricate).',
      );
    }
    return difficulty ?? null;
  }

  #report(message: string, hint: string): void {
    this.#problems.push({ id: String(this.#task.id), file: this.#file, message, hint });
  }
}

interface DatedPrediction {
  readonly prediction: CasePrediction;
  readonly createdAt: string;
}

/** Whether people accepted predicted regions of which no prediction is left: it was deleted, or made anew by a later version. */
function areLost(predictions: readonly RawPrediction[], accepted: readonly BrushLayer[]): boolean {
  const left = new Set(predictions.flatMap(({ result }) => result.map(regionId)));
  const wasPredicted = accepted.flatMap(({ regions }) => regions.filter((region) => region.recordedOrigin !== 'drawn'));
  return predictions.length === 0 || wasPredicted.some(({ id }) => !left.has(id));
}

function regionId(region: unknown): unknown {
  return typeof region === 'object' && region !== null && 'id' in region ? region.id : undefined;
}

/**
 * The prediction that a person was shown: the one that the annotation names, else the one with most of its regions' ids, else the newest
 * that was there before the annotation, else the newest.
 */
function shownPrediction(
  { parent_prediction: parent, created_at: annotatedAt }: RawAnnotation,
  { regions }: BrushLayer,
  predictions: readonly DatedPrediction[],
): DatedPrediction | undefined {
  const named = predictions.find(({ prediction }) => parent !== undefined && prediction.id === String(parent));
  if (named !== undefined) return named;
  const ids = new Set(regions.map(({ id }) => id));
  const shared = ({ prediction }: DatedPrediction): number => prediction.regions.filter(({ id }) => ids.has(id)).length;
  const wasThere = ({ createdAt }: DatedPrediction): boolean => !annotatedAt || createdAt <= annotatedAt;
  return predictions.toSorted(
    (a, b) =>
      shared(b) - shared(a) || Number(wasThere(b)) - Number(wasThere(a)) || (b.createdAt > a.createdAt ? 1 : -1),
  )[0];
}

function newestPerVersion(predictions: readonly DatedPrediction[]): CasePrediction[] {
  const oldestFirst = predictions.toSorted((a, b) => (a.createdAt > b.createdAt ? 1 : -1));
  return [...new Map(oldestFirst.map(({ prediction }) => [prediction.version, prediction])).values()];
}

function malformedTask(raw: unknown): Problem {
  const id = typeof raw === 'object' && raw !== null && 'id' in raw ? String(raw.id) : '?';
  return {
    id,
    file: `task ${id}`,
    message: 'this is no task of Label Studio',
    hint: exportInFull,
  };
}
