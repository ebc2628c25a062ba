import type { ImageFile } from '../../core/image-file.js';
import type { ExplorationService } from '../exploration-service.js';
import type { SegmentationService } from '../segmentation-service.js';
import type { JobQueue } from './paint-job.js';

/** A service whose work goes through a queue. */
export interface QueuedService extends SegmentationService {
  readonly jobs: JobQueue;
  /** Looking at one micrograph. */
  readonly exploration?: ExplorationService | undefined;
}

/** What is known of those that do the work. */
export type Workers = Pick<SegmentationService, 'modelVersion' | 'ready' | 'isReady'>;

/** Puts every painting and every click into the queue. */
export function queuedService(jobs: JobQueue, workers: Workers, exploration?: ExplorationService): QueuedService {
  const { modelVersion, ready } = workers;
  return {
    jobs,
    modelVersion,
    ready,
    exploration,
    isReady: () => workers.isReady(),
    paint: (image: ImageFile, materials, signal, profile) =>
      jobs.run({ image, call: { kind: 'paint', materials, profile } }, signal),
    paintPrompted: (image, prompt, options, signal) =>
      jobs.run({ image, call: { kind: 'click', prompt, options } }, signal),
    close: () => jobs.close(),
  };
}
