import { workerData } from 'node:worker_threads';
import type { Exploration } from '../../pipeline/exploration.js';
import type { StageMasks } from '../../pipeline/stage-masks.js';
import type { PaintedMicrograph } from '../segmentation-service.js';
import { createSegmenter } from '../segmenter.js';
import {
  answer,
  type ExploreTask,
  type PaintPromptedTask,
  type PaintTask,
  type RewriteTask,
  type SegmentedFiles,
  type SegmentTask,
  type WorkerAnswer,
  type WorkerSettings,
} from './messages.js';

/*
 * The thread that owns the models: decoding, inference, boosting and encoding run here, so that the HTTP thread never waits.
 * The pool calls the exported functions by name.
 */

const segmenter = createSegmenter(workerData as WorkerSettings);

/** Loads the models. */
export function warmUp(): Promise<WorkerAnswer<null>> {
  return answer(async () => {
    await segmenter.models();
    return null;
  });
}

/** All materials as brush masks. */
export function paint(task: PaintTask): Promise<WorkerAnswer<PaintedMicrograph>> {
  return answer(() => segmenter.paint(task));
}

/** What a click asks for, as brush masks. */
export function paintPrompted(task: PaintPromptedTask): Promise<WorkerAnswer<PaintedMicrograph>> {
  return answer(() => segmenter.paintPrompted(task));
}

/** The masks after each stage, for the evaluation. */
export function stages(task: PaintTask): Promise<WorkerAnswer<StageMasks>> {
  return answer(() => segmenter.stages(task));
}

/** What `watch` writes, as JSON. */
export function regions(task: SegmentTask): Promise<WorkerAnswer<string>> {
  return answer(() => segmenter.regions(task));
}

/** All that the page shows of a micrograph. */
export function explore(task: ExploreTask): Promise<WorkerAnswer<Exploration>> {
  return answer(() => segmenter.explore(task));
}

/** The files of a micrograph that was looked at before, with other choices. */
export function rewrite(task: RewriteTask): Promise<WorkerAnswer<SegmentedFiles>> {
  return answer(() => segmenter.rewrite(task));
}

/** The files of a micrograph. */
export function segment(task: SegmentTask): Promise<WorkerAnswer<SegmentedFiles>> {
  return answer(() => segmenter.segment(task));
}
