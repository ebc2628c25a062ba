import { z } from 'zod';
import { type Difficulty, parseDifficulty } from '../metrics/difficulty.js';
import type { CaseAnnotation, CasePrediction, EvaluationCase, Problem, SourceItem } from './evaluation-case.js';
import {
  exportInFull,
  paintHint,
  personName,
  type RawAnnotation,
  type RawTask,
  type ReadAnnotation,
  type ReadPrediction,
  type TaskReading,
} from './label-studio-task.js';
import { type ImagePlace, placeKey, type RegionLayer, type ResultLayers, unknownLabels } from './read-regions.js';
import { imageFileName, taskImageAddress } from './task-image.js';

const choicesSchema = z.object({
  type: z.literal('choices'),
  from_name: z.string(),
  value: z.object({ choices: z.array(z.string()) }),
});

/** What is known of one image of a task besides the task. */
export interface ImageReading extends TaskReading {
  /** The task has no other that is annotated, pages aside. */
  readonly isOnly: boolean;
  /** Later pages are annotated, too. */
  readonly hasPages: boolean;
  /** The name of the image that goes by the task's own id. */
  readonly mainName: string;
}

/** Collects the case of one image of a task. */
export class ImageReader {
  readonly #task: RawTask;
  readonly #place: ImagePlace;
  readonly #reading: ImageReading;
  readonly #address: string | null;
  readonly #id: string;
  readonly #file: string;
  readonly #problems: Problem[] = [];

  constructor(task: RawTask, place: ImagePlace, reading: ImageReading) {
    this.#task = task;
    this.#place = place;
    this.#reading = reading;
    this.#address = taskImageAddress(task.data, place, reading);
    this.#file = imageFileName(this.#address) ?? `task ${String(task.id)}`;
    this.#id = caseId(String(task.id), place, reading);
  }

  read(annotations: readonly ReadAnnotation[], predicted: readonly ReadPrediction[]): SourceItem {
    const accepted = annotations.flatMap(({ annotation, name, layers }) => {
      const layer = this.#acceptedLayer(layers, name);
      return layer === undefined ? [] : [{ annotation, layer }];
    });
    const size = accepted[0]?.layer;
    const [first, ...rest] = accepted.filter(({ layer, annotation }) =>
      this.#hasSize(layer, size, `annotation ${String(annotation.id ?? '')}`),
    );
    if (first === undefined || size === undefined) return { evaluated: null, problems: this.#problems };
    const predictions = predicted.flatMap((each) => this.#predictionOf(each, size) ?? []);
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
      id: this.#id,
      file: this.#file,
      width: size.width,
      height: size.height,
      difficulty: this.#difficulty(annotations),
      annotations: [complete(first), ...rest.map(complete)],
      versions: newestPerVersion(predictions),
      isTraced: true,
      imageAddress: this.#address,
      task: typeof this.#task.id === 'number' ? this.#task.id : undefined,
      taskData: this.#task.data,
    };
    return { evaluated, problems: this.#problems };
  }

  #acceptedLayer({ layers }: ResultLayers, name: string): RegionLayer | undefined {
    const layer = layers.find((each) => placeKey(each) === placeKey(this.#place));
    if (layer === undefined) return undefined;
    const { config } = this.#reading;
    for (const { message, hint } of [...layer.problems, ...unknownLabels(layer.regions, config)]) {
      this.#report(`${name}: ${message}`, hint);
    }
    if (layer.isDamaged) return undefined;
    if (
      config !== undefined &&
      config.images.length > 0 &&
      !config.images.some(({ name: image }) => image === layer.toName)
    ) {
      this.#report(`${name}: the label config has no image "${layer.toName}", on which it has regions`, exportInFull);
      return undefined;
    }
    if (layer.regions.length > 0) return layer;
    this.#report(`${name} has no region with an area`, paintHint);
    return undefined;
  }

  #hasSize(layer: RegionLayer, size: RegionLayer | undefined, where: string): boolean {
    if (size === undefined || (layer.width === size.width && layer.height === size.height)) return true;
    this.#report(
      `${where} is ${layer.width} × ${layer.height} pixels, the accepted masks are ${size.width} × ${size.height}`,
      'Predict or annotate the task again: its image was replaced by one of another size.',
    );
    return false;
  }

  /** A prediction that has no region on this image says that nothing is there. */
  #predictionOf({ raw, name, layers }: ReadPrediction, size: RegionLayer): DatedPrediction | undefined {
    const layer = layers.layers.find((each) => placeKey(each) === placeKey(this.#place));
    const regions = layer?.regions ?? [];
    for (const { message, hint } of [...(layer?.problems ?? []), ...unknownLabels(regions, this.#reading.config)]) {
      this.#report(`prediction ${name}: ${message}`, hint);
    }
    if (layer?.isDamaged === true) return undefined;
    if (layer !== undefined && regions.length > 0 && !this.#hasSize(layer, size, `prediction ${name}`))
      return undefined;
    const prediction = { id: name, version: raw.model_version ?? 'unknown', regions };
    return { prediction, createdAt: raw.created_at ?? '' };
  }

  #difficulty(accepted: readonly ReadAnnotation[]): Difficulty | null {
    const { difficultyField } = this.#reading;
    const choices = accepted.flatMap(({ annotation }) =>
      annotation.result.flatMap((region) => choicesSchema.safeParse(region).data ?? []),
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
    this.#problems.push({ id: this.#id, file: this.#file, message, hint });
  }
}

/** The task's id; of further images with their names, of further pages with their numbers. */
function caseId(task: string, { toName, page }: ImagePlace, { mainName }: ImageReading): string {
  const image = toName === mainName ? '' : `.${toName}`;
  return `${task}${image}${page === 0 ? '' : `.page-${page + 1}`}`;
}

interface DatedPrediction {
  readonly prediction: CasePrediction;
  readonly createdAt: string;
}

/**
 * The prediction that a person was shown: the one that the annotation names, else the one with most of its regions' ids, else the newest
 * that was there before the annotation, else the newest.
 */
function shownPrediction(
  { parent_prediction: parent, created_at: annotatedAt }: RawAnnotation,
  { regions }: RegionLayer,
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
