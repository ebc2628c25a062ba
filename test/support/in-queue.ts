import { LocalQueue } from '../../src/painting/jobs/local-queue.js';
import { type JobRunner, runJob } from '../../src/painting/jobs/paint-job.js';
import { type QueuedService, queuedService } from '../../src/painting/jobs/queued-service.js';
import type { SegmentationService } from '../../src/painting/segmentation-service.js';

/** A double behind the queue that is used in earnest; it looks at nothing. */
export function inQueue(service: SegmentationService, concurrency = 1): QueuedService {
  const none = () => Promise.reject(new Error('the double looks at nothing'));
  const runner: JobRunner = {
    run: (job, options) => runJob(job, { ...service, explore: none }, options),
    close: () => service.close(),
  };
  return queuedService(new LocalQueue(runner, concurrency), service, { rewrite: none });
}
