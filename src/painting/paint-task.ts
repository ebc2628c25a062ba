import type { MaterialCount } from '../core/material-count.js';
import { valueOrThrow } from '../core/result.js';
import { type BrushResult, joinBrushResults, toBrushResult } from '../label-studio/brush-result.js';
import type { FetchedImage, FetchTaskImage } from '../label-studio/fetch-task-image.js';
import { imageAddressesOf, imageValueOf, type LabelStudioAccess } from '../label-studio/image-address.js';
import {
  findPaintTargets,
  type ImageTag,
  type LabelConfig,
  labelConfigOfTask,
  type PaintTarget,
} from '../label-studio/label-config.js';
import type { Task } from '../label-studio/protocol.js';
import type { ActiveProfile, SegmentationService } from './segmentation-service.js';

/** What painting tasks needs from outside. */
export interface TaskPainting {
  readonly service: SegmentationService;
  readonly fetchTaskImage: FetchTaskImage;
  readonly labelStudio: LabelStudioAccess;
  /** Materials per micrograph, if the user said; else as many as an image shows, but no more than there are labels for. */
  readonly materials: MaterialCount | undefined;
  /** What the project has learned. */
  readonly profile?: ActiveProfile | undefined;
  readonly signal?: AbortSignal;
  /** Label Studio's project, for the list of jobs. */
  readonly project?: number | undefined;
}

/** Every material of every image of a task, with the labels of its project. Throws what keeps the task from being painted. */
export async function paintTask(task: Task, labelConfig: LabelConfig, painting: TaskPainting): Promise<BrushResult> {
  const targets = findPaintTargets(labelConfigOfTask(labelConfig, task.data));
  const painted: BrushResult[] = [];
  for (const { target, address, itemIndex } of imagesOf(task, targets)) {
    const image = await fetchImage(address, task, painting);
    const materials = materialsOf(target, painting.materials);
    const file = { ...image, project: painting.project, task: typeof task.id === 'number' ? task.id : undefined };
    const result = valueOrThrow(await painting.service.paint(file, materials, painting.signal, painting.profile));
    painted.push(toBrushResult(result, target, { itemIndex }));
  }
  return joinBrushResults(painted);
}

/** How many materials to look for: what the user said, else no more than there are labels for. */
export function materialsOf({ labels, unknown }: PaintTarget, given: MaterialCount | undefined): MaterialCount {
  return given ?? (unknown === undefined ? { atMost: labels.length } : 'auto');
}

/** Fetches an image of a task; a cloud storage is opened through the task. */
export async function fetchImage(
  address: string,
  { id }: Task,
  { fetchTaskImage, labelStudio, signal }: Pick<TaskPainting, 'fetchTaskImage' | 'labelStudio' | 'signal'>,
): Promise<FetchedImage> {
  const taskId = typeof id === 'number' ? id : undefined;
  return valueOrThrow(await fetchTaskImage(address, { ...labelStudio, taskId }, signal));
}

/** An image of a task, and what it is painted with. */
interface ImagePlace {
  readonly target: PaintTarget;
  readonly address: string;
  readonly itemIndex: number | undefined;
}

/** A task may lack some of several images, but not all of them. */
function imagesOf(task: Task, targets: readonly [PaintTarget, ...PaintTarget[]]): ImagePlace[] {
  const hasValue = (image: ImageTag) => ![undefined, null, ''].includes(imageValueOf(task.data, image) as null);
  const present = targets.filter(({ image }) => hasValue(image));
  return (present.length === 0 ? [targets[0]] : present).flatMap((target) =>
    imageAddressesOf(task, target.image).map((address, index) => ({
      target,
      address,
      itemIndex: target.image.isList ? index : undefined,
    })),
  );
}
