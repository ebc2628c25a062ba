import type { PromptExtent } from '../app/segmentation-service.js';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import type { MaterialCount } from '../core/material-count.js';
import { failure, success, valueOrThrow, type Result } from '../core/result.js';
import {
  joinBrushResults,
  toBrushResult,
  toBrushResultWithLabel,
  type BrushResult,
} from '../label-studio/brush-result.js';
import type { FetchedImage } from '../label-studio/fetch-task-image.js';
import { imageAddressesOf, type LabelStudioAccess } from '../label-studio/image-address.js';
import {
  findPaintTargets,
  findPromptTarget,
  type ImageTag,
  type LabelConfig,
  type PaintTarget,
} from '../label-studio/label-config.js';
import { taskSchema, type Task } from '../label-studio/protocol.js';
import type { LabelledPrompt } from '../label-studio/user-prompt.js';
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

/** Every material of every image of every task, in the order of the tasks; a bad task costs only its own place. */
export function predictTasks(tasks: readonly unknown[], job: PredictJob, deps: RouteDeps): Promise<TaskOutcome>[] {
  const targets = findPaintTargets(job.labelConfig);
  const predict = async (task: Task): Promise<BrushResult> => {
    const painted: BrushResult[] = [];
    for (const place of imagesOf(task, targets)) {
      const image = await fetchImage(place, task, job, deps);
      const result = valueOrThrow(await deps.service.paint(image, materialsOf(place.target, deps), job.signal));
      painted.push(toBrushResult(result, place.target, { itemIndex: place.itemIndex }));
    }
    return joinBrushResults(painted);
  };
  const { signal } = job;
  return tasks.map((task) => outcomeOf(task, (parsed) => deps.queue.run(() => predict(parsed), { signal })));
}

/** What a user's prompt means, with the label that the user picked. */
export async function predictPrompted(
  task: unknown,
  prompt: LabelledPrompt,
  job: PredictJob,
  deps: RouteDeps,
): Promise<TaskOutcome> {
  const paint = findPromptTarget(job.labelConfig, prompt);
  const target = findPaintTargets(job.labelConfig).find(({ image }) => image === paint.image);
  const extent: PromptExtent = deps.settings.click;
  const materials = target === undefined ? 'auto' : materialsOf(target, deps);
  const predict = async (parsed: Task): Promise<BrushResult> => {
    const address = imageAddressesOf(parsed, paint.image)[prompt.itemIndex ?? 0] ?? '';
    const image = await fetchImage({ address }, parsed, job, deps);
    const painted = await deps.service.paintPrompted(image, prompt, { extent, materials }, job.signal);
    return toBrushResultWithLabel(valueOrThrow(painted), paint, { itemIndex: prompt.itemIndex });
  };
  return outcomeOf(task, predict);
}

/** An image of a task, and what it is painted with. */
interface ImagePlace {
  readonly target: PaintTarget;
  readonly address: string;
  readonly itemIndex: number | undefined;
}

/** A task may lack some of several images, but not all of them. */
function imagesOf(task: Task, targets: readonly [PaintTarget, ...PaintTarget[]]): ImagePlace[] {
  const hasValue = ({ valueKey }: ImageTag) => ![undefined, null, ''].includes(task.data[valueKey] as null);
  const present = targets.filter(({ image }) => hasValue(image));
  return (present.length === 0 ? [targets[0]] : present).flatMap((target) =>
    imageAddressesOf(task, target.image).map((address, index) => ({
      target,
      address,
      itemIndex: target.image.isList ? index : undefined,
    })),
  );
}

/** `MATERIALS` if it is set; else as many as the image shows, but no more than there are labels for. */
function materialsOf({ labels, unknown }: PaintTarget, { settings }: RouteDeps): MaterialCount {
  return settings.materials ?? (unknown === undefined ? { atMost: labels.length } : 'auto');
}

async function fetchImage(
  { address }: { readonly address: string },
  { id }: Task,
  job: PredictJob,
  deps: RouteDeps,
): Promise<FetchedImage> {
  const taskId = typeof id === 'number' ? id : undefined;
  return valueOrThrow(await deps.fetchTaskImage(address, { ...job.labelStudio, taskId }, job.signal));
}

async function outcomeOf(task: unknown, predict: (task: Task) => Promise<BrushResult>): Promise<TaskOutcome> {
  const parsed = taskSchema.safeParse(task);
  const taskId = parsed.data?.id ?? null;
  try {
    if (!parsed.success) throw malformedTask();
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
