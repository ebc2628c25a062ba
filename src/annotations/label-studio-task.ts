import { z } from 'zod';
import type { LabelConfig } from '../label-studio/label-config.js';
import type { ResultLayers } from './read-regions.js';

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

/** A task as it is listed or exported; what it holds is checked piece by piece. */
export const taskSchema = z.object({
  id: z.union([z.number(), z.string()]),
  data: z.record(z.string(), z.unknown()),
  project: z.union([z.number(), z.string()]).nullish(),
  meta: z.record(z.string(), z.unknown()).nullish(),
  file_upload: z.unknown().optional(),
  annotations: z.array(z.unknown()).nullish(),
  /** What annotations were called before version 1.0. */
  completions: z.unknown().optional(),
  predictions: z.array(z.unknown()).nullish(),
});
/** As it is stored. */
export type RawTask = z.infer<typeof taskSchema>;

const person = z.union([z.number(), z.string(), z.object({ id: z.number(), email: z.string().nullish() })]);

/** What one person submitted. */
export const annotationSchema = z.object({
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
/** As it is stored. */
export type RawAnnotation = z.infer<typeof annotationSchema>;

/** What one model said. */
export const predictionSchema = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  result: z.array(z.unknown()),
  model_version: z.string().nullish(),
  created_at: z.string().nullish(),
});
/** As it is stored. */
export type RawPrediction = z.infer<typeof predictionSchema>;

/** An annotation with what it holds, image by image. */
export interface ReadAnnotation {
  readonly annotation: RawAnnotation;
  readonly name: string;
  readonly layers: ResultLayers;
}

/** A prediction with what it holds, image by image. */
export interface ReadPrediction {
  readonly raw: RawPrediction;
  readonly name: string;
  readonly layers: ResultLayers;
}

/** Who submitted an annotation; null where that is not said. */
export function personName({ completed_by: by }: RawAnnotation): string | null {
  if (by === null || by === undefined) return null;
  return typeof by === 'object' ? (by.email ?? String(by.id)) : String(by);
}

/** The way out for what is not as Label Studio writes it. */
export const exportInFull = 'Export the project as JSON, with annotations and predictions in full.';

/** The way out for an annotation that holds nothing to measure. */
export const paintHint = 'Paint the materials, or skip the task in Label Studio.';
