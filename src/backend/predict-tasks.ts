import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { failure, type Result, success, valueOrThrow } from '../core/result.js';
import { type BrushResult, toBrushResultWithLabel } from '../label-studio/brush-result.js';
import { imageAddressesOf, type LabelStudioAccess } from '../label-studio/image-address.js';
import {
  findPaintTargets,
  findPromptTarget,
  type LabelConfig,
  labelConfigOfTask,
} from '../label-studio/label-config.js';
import { type Task, taskSchema } from '../label-studio/protocol.js';
import type { LabelledPrompt } from '../label-studio/user-prompt.js';
import { fetchImage, materialsOf, paintTask } from '../painting/paint-task.js';
import type { ActiveProfile, PromptExtent } from '../painting/segmentation-service.js';
import type { RouteDeps } from './app-deps.js';
import { takeTasks } from './take-tasks.js';

/** What one predict request asks for, besides its tasks. */
export interface PredictJob {
  readonly labelConfig: LabelConfig;
  readonly labelStudio: LabelStudioAccess;
  readonly signal: AbortSignal;
  /** What the project has learned. */
  readonly profile: ActiveProfile | undefined;
  /** For the list of jobs. */
  readonly project?: number | undefined;
}

/** The outcome of one task. */
export interface TaskOutcome {
  readonly taskId: string | number | null;
  readonly result: Result<BrushResult, SamIAmError>;
}

/** Every material of every image of every task, in the order of the tasks; a bad task costs only its own place. */
export function predictTasks(
  tasks: readonly unknown[],
  job: PredictJob,
  deps: RouteDeps,
): AsyncGenerator<TaskOutcome, void> {
  const { labelConfig, labelStudio, signal, profile, project } = job;
  // A config that nothing can be painted with costs the whole request, with its reason in the status.
  findPaintTargets(labelConfig);
  const painting = { ...deps, labelStudio, signal, profile, project, materials: deps.settings.materials };
  const predict = (task: unknown) => outcomeOf(task, (parsed) => paintTask(parsed, labelConfig, painting));
  return takeTasks(tasks, deps.places, predict, signal);
}

/** What a user's prompt means, with the label that the user picked. */
export async function predictPrompted(
  task: unknown,
  prompt: LabelledPrompt,
  job: PredictJob,
  deps: RouteDeps,
): Promise<TaskOutcome> {
  const extent: PromptExtent = deps.settings.click;
  const predict = async (parsed: Task): Promise<BrushResult> => {
    const labelConfig = labelConfigOfTask(job.labelConfig, parsed.data);
    const paint = findPromptTarget(labelConfig, prompt);
    const target = findPaintTargets(labelConfig).find(({ image }) => image === paint.image);
    const materials = target === undefined ? 'auto' : materialsOf(target, deps.settings.materials);
    const address = imageAddressesOf(parsed, paint.image)[prompt.itemIndex ?? 0] ?? '';
    const fetched = await fetchImage(address, parsed, { ...deps, ...job });
    const image = { ...fetched, project: job.project, task: typeof parsed.id === 'number' ? parsed.id : undefined };
    const options = { extent, materials, profile: job.profile };
    const painted = await deps.service.paintPrompted(image, prompt, options, job.signal);
    return toBrushResultWithLabel(valueOrThrow(painted), paint, { itemIndex: prompt.itemIndex });
  };
  return outcomeOf(task, predict);
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
