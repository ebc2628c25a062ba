import { z } from 'zod';
import type { BrushRegion, NoteRegion } from './brush-result.js';

/** Characters of an id of Label Studio with its time of creation, and then some. */
const longestId = 100;

/** A project as requests name it; it becomes part of file names and addresses, so that it must be short, and text. */
export const projectSchema = z.coerce
  .string()
  .max(longestId, `has more than ${longestId} characters`)
  .refine((text) => !/\p{Surrogate}/u.test(text), 'is no Unicode text');

/** The number by which Label Studio itself knows a project: `12` of `12.1698765432`; undefined for what is none. */
export function projectNumberOf(project: string | undefined): string | undefined {
  return /^(\d{1,15})(?:\.|$)/.exec(project ?? '')?.[1];
}

/** Body of `POST /setup`: sent with every page that Label Studio opens. */
export const setupRequestSchema = z.object({
  /** `<project id>.<time of creation>` */
  project: projectSchema.optional(),
  /** The label config. */
  schema: z.string().nullish(),
  /** Label Studio's own address. */
  hostname: z.string().max(2000).nullish(),
  /** Legacy token of the project's creator; useless where legacy tokens are switched off. */
  access_token: z.string().max(10_000).nullish(),
});

/** What Label Studio says of a project when the backend is connected. */
export type SetupRequest = z.infer<typeof setupRequestSchema>;

/** Body of `POST /validate`, with which older servers ask whether a label config suits. */
export const validateRequestSchema = z.object({
  config: z.string().nullish(),
  label_config: z.string().nullish(),
  schema: z.string().nullish(),
});

/** One task of a predict request; it is checked by itself, so that a bad one costs only its own place. */
export const taskSchema = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  data: z.record(z.string(), z.unknown()),
});

/** A task as Label Studio sends it. */
export type Task = z.infer<typeof taskSchema>;

/** Label Studio sends a few tasks at a time; what is above this is a mistake, or an attack. */
export const mostTasks = 10_000;

/** Body of `POST /predict`. */
export const predictRequestSchema = z.object({
  tasks: z.array(z.unknown()),
  project: projectSchema.optional(),
  label_config: z.string().nullish(),
  /** `context` is set when a user points at something: the prompts so far, the newest last. */
  params: z.object({ context: z.object({ result: z.array(z.unknown()).nullish() }).nullish() }).nullish(),
});

/** Tasks to be predicted, with the project's label config and, for a click, its context. */
export type PredictRequest = z.infer<typeof predictRequestSchema>;

/** Body of `POST /webhook`: project events, and `START_TRAINING`. */
export const webhookRequestSchema = z.object({ action: z.string() });

/** Why a task has no prediction. */
export interface TaskError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** One entry of a predict answer; a failed task has an empty result, or none for Label Studio (docs/decisions/0004). */
export interface PredictionEntry {
  readonly model_version: string;
  readonly result?: readonly (BrushRegion | NoteRegion)[];
  readonly score?: number;
  readonly warnings?: readonly string[];
  readonly error?: TaskError;
}

/** A failed task in the list of them. */
export interface TaskErrorAt extends TaskError {
  readonly task: string | number | null;
  /** Its place in the request. */
  readonly index: number;
}

/** Answer of `POST /predict`: one entry per task in the order of the request; failed tasks are named once more in `errors`. */
export interface PredictAnswer {
  readonly results: readonly PredictionEntry[];
  readonly errors?: readonly TaskErrorAt[];
}
