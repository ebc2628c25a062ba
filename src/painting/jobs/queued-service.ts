import { randomUUID } from 'node:crypto';
import type { ExplorationService } from '../exploration-service.js';
import type { SegmentationService } from '../segmentation-service.js';
import type { JobQueue } from './paint-job.js';

/** A service whose work goes through a queue. */
export interface QueuedService extends SegmentationService {
  readonly jobs: JobQueue;
  readonly exploration: ExplorationService;
}

/** What is known of those that do the work. */
export type Workers = Pick<SegmentationService, 'modelVersion' | 'ready' | 'isReady'>;

/** Puts every painting, every click and every look into the queue. Writing files needs no model and no turn. */
export function queuedService(
  jobs: JobQueue,
  workers: Workers,
  { rewrite }: Pick<ExplorationService, 'rewrite'>,
): QueuedService {
  const { modelVersion, ready } = workers;
  return {
    jobs,
    modelVersion,
    ready,
    isReady: () => workers.isReady(),
    paint: (image, materials, signal, profile) =>
      jobs.run({ image, call: { kind: 'paint', materials, profile } }, { signal }),
    paintPrompted: (image, prompt, options, signal) =>
      jobs.run({ image, call: { kind: 'click', prompt, options } }, { signal }),
    exploration: {
      explore: (image, options) => jobs.run({ image, call: { kind: 'explore', run: randomUUID() } }, options),
      rewrite,
    },
    close: () => jobs.close(),
  };
}
