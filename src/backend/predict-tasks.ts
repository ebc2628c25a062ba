import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { failure, success, valueOrThrow, type Result } from '../core/result.js';
import { toBrushResult, toBrushResultWithLabel, type BrushResult } from '../label-studio/brush-result.js';
import { imageAddressOf, type LabelStudioAccess } from '../label-studio/image-address.js';
import {
  findPaintTarget,
  findPaintTargetForLabel,
  type LabelConfig,
  type PaintTarget,
} from '../label-studio/label-config.js';
import { taskSchema, type Task } from '../label-studio/protocol.js';
import type { LabelledPrompt } from '../label-studio/user-prompt.js';
import type { FetchedImage } from '../label-studio/fetch-task-image.js';
import type { RouteDeps } from './app-deps.js';

/** What one predict request asks for, besides its tasks. */
export interface PredictJob {
  readonly labelConfig: LabelConfig;
  readonly labelStudio: LabelStudioAccess;
  readonly signal: AbortSignal;
}

/** The outcome of one task. */
export interface TaskOutcome {
  readonly taskId: string | number | null;
  readonly result: Result<BrushResult, SamIAmError>;
}

/** Every material of every task's image, in the order of the tasks; a bad task costs only its own place. */
export async function predictTasks(
  tasks: readonly unknown[],
  job: PredictJob,
  deps: RouteDeps,
): Promise<TaskOutcome[]> {
  const target = findPaintTarget(job.labelConfig);
  const predict = async (task: Task): Promise<BrushResult> => {
    const image = await fetchImage(task, target, job, deps);
    // `MATERIALS` if it is set; else as many as the image shows, but no more than there are labels.
    const materials = deps.settings.materials ?? { atMost: target.brush.labels.length };
    return toBrushResult(valueOrThrow(await deps.service.paint(image, materials, job.signal)), target.brush);
  };
  return Promise.all(tasks.map((task) => deps.queue.run(() => outcomeOf(task, job.signal, predict))));
}

/** The mask that a user's prompt means, with the label that the user picked. */
export async function predictPrompted(
  task: unknown,
  prompt: LabelledPrompt,
  job: PredictJob,
  deps: RouteDeps,
): Promise<TaskOutcome> {
  const { label } = prompt;
  const target =
    label === undefined ? findPaintTarget(job.labelConfig) : findPaintTargetForLabel(job.labelConfig, label);
  const predict = async (parsed: Task): Promise<BrushResult> => {
    const image = await fetchImage(parsed, target, job, deps);
    const painted = valueOrThrow(await deps.service.paintPrompted(image, prompt, job.signal));
    return toBrushResultWithLabel(painted, target.brush, label ?? target.brush.labels[0] ?? '');
  };
  return deps.queue.run(() => outcomeOf(task, job.signal, predict), true);
}

async function fetchImage(task: Task, { image }: PaintTarget, job: PredictJob, deps: RouteDeps): Promise<FetchedImage> {
  return valueOrThrow(await deps.fetchTaskImage(imageAddressOf(task, image), job.labelStudio, job.signal));
}

async function outcomeOf(
  task: unknown,
  signal: AbortSignal,
  predict: (task: Task) => Promise<BrushResult>,
): Promise<TaskOutcome> {
  const parsed = taskSchema.safeParse(task);
  const taskId = parsed.data?.id ?? null;
  try {
    if (!parsed.success) throw malformedTask();
    if (signal.aborted) throw new SamIAmError('cancelled', 'the request was withdrawn', { hint: 'Ask again.' });
    return { taskId, result: success(await predict(parsed.data)) };
  } catch (thrown) {
    return { taskId, result: failure(asSamIAmError(thrown)) };
  }
}

function malformedTask(): SamIAmError {
  return new SamIAmError('image.missing', 'the task has no data', {
    hint: 'Send tasks as Label Studio does: {"id": 1, "data": {"image": "…"}}.',
  });
}
