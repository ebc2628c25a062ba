import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { asSamIAmError } from '../core/errors.js';
import { valueOrThrow } from '../core/result.js';
import type { HttpClient } from '../label-studio/http-client.js';
import type { LabelStudioAccess } from '../label-studio/image-address.js';
import { createProjectApi } from '../label-studio/project-api.js';
import { unpack, type WorkerAnswer } from '../painting/threads/messages.js';
import type { AccuracyEntry, AccuracyStore } from './accuracy-store.js';
import type { MeasuredAnnotation, SubmittedAnnotation } from './measure-annotation.js';

/** What a webhook says of a submitted annotation. */
export interface AnnotationEvent {
  readonly project: string;
  readonly task: string;
  readonly annotationId: string;
  /** What is to be measured. */
  readonly annotation: unknown;
  /** Whether it is what Label Studio itself said. What a webhook brings is taken only where Label Studio can't be asked. */
  readonly isFromLabelStudio?: boolean | undefined;
  readonly labelConfig: string | undefined;
  readonly labelStudio: LabelStudioAccess;
}

/** Measures annotations as they are submitted, in the background, and keeps what comes out. */
export interface LiveAccuracy {
  /** Returns at once; a later event of the same annotation replaces one that still waits. */
  submitted(event: AnnotationEvent): void;
  deleted(annotationId: string): void;
  entries(project?: string): AccuracyEntry[];
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Where annotations come from and where their measures are kept. */
export interface LiveAccuracyOptions {
  readonly store: AccuracyStore;
  readonly http: HttpClient;
  readonly maxPixels: number;
  /** Own copies of served predictions, in Label Studio's form; empty where there are none. */
  readonly servedPredictions?: (project: string, task: string) => Promise<readonly unknown[]>;
  readonly onFailure: (event: Pick<AnnotationEvent, 'project' | 'task' | 'annotationId'>, reason: string) => void;
}

/** More that wait at the same time are dropped; `sam-i-am evaluate` measures them all the same. */
const mostWaiting = 1000;

const workerFile = fileURLToPath(new URL('./accuracy-worker.js', import.meta.url));

/** A live accuracy whose measuring runs in a thread of its own, which ends when it has nothing to do. */
export function createLiveAccuracy(options: LiveAccuracyOptions): LiveAccuracy {
  const pool = new Piscina({ filename: workerFile, minThreads: 0, maxThreads: 1, idleTimeout: 10_000 });
  const measure = async (submitted: SubmittedAnnotation): Promise<MeasuredAnnotation> =>
    valueOrThrow(unpack((await pool.run(submitted)) as WorkerAnswer<MeasuredAnnotation>));
  return createLiveAccuracyWith(options, measure, () => pool.destroy());
}

/** The same with measuring done by the caller. */
export function createLiveAccuracyWith(
  options: LiveAccuracyOptions,
  measure: (submitted: SubmittedAnnotation) => Promise<MeasuredAnnotation>,
  release: () => Promise<void>,
): LiveAccuracy {
  const { store, onFailure } = options;
  const waiting = new Map<string, AnnotationEvent>();
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    for (let next = waiting.values().next(); next.done !== true; next = waiting.values().next()) {
      const event = next.value;
      waiting.delete(event.annotationId);
      try {
        await measureEvent(event, options, measure);
      } catch (thrown) {
        onFailure(event, asSamIAmError(thrown).message);
      }
    }
    working = undefined;
  };

  return {
    submitted(event) {
      if (waiting.size >= mostWaiting && !waiting.has(event.annotationId)) {
        onFailure(event, `${mostWaiting} annotations wait to be measured already`);
        return;
      }
      waiting.set(event.annotationId, event);
      working ??= work();
    },
    deleted(annotationId) {
      waiting.delete(annotationId);
      store.remove(annotationId).catch((thrown: unknown) => {
        onFailure({ project: '', task: '', annotationId }, asSamIAmError(thrown).message);
      });
    },
    entries: (project) => store.entries(project),
    idle: async () => working,
    close: async () => {
      waiting.clear();
      await working;
      await release();
    },
  };
}

/** Webhooks carry no login, so that anyone can send one: what counts is what Label Studio itself says, where it can be asked. */
async function measureEvent(
  event: AnnotationEvent,
  { store, http, maxPixels, servedPredictions, onFailure }: LiveAccuracyOptions,
  measure: (submitted: SubmittedAnnotation) => Promise<MeasuredAnnotation>,
): Promise<void> {
  const { project, annotationId, labelConfig, labelStudio } = event;
  const canAsk = labelStudio.url !== undefined && labelStudio.token !== undefined;
  const api = createProjectApi(http, labelStudio);
  const annotation = canAsk && event.isFromLabelStudio !== true ? await api.annotation(annotationId) : event.annotation;
  const task = canAsk ? (taskOf(annotation) ?? event.task) : event.task;
  const stored = canAsk ? await api.predictions(task) : [];
  const predictions = [...stored, ...((await servedPredictions?.(project, task)) ?? [])];
  const measured = await measure({ project, task, annotation, predictions, labelConfig, maxPixels });
  if (measured.entry !== null) return store.record(measured.entry);
  await store.remove(annotationId);
  if (measured.reasons.length > 0) onFailure(event, measured.reasons.join('; '));
}

function taskOf(annotation: unknown): string | undefined {
  const hasTask = typeof annotation === 'object' && annotation !== null && 'task' in annotation;
  return hasTask && typeof annotation.task === 'number' ? String(annotation.task) : undefined;
}
