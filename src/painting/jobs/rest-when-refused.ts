import type { Worker } from 'bullmq';
import { isRefusal } from './queue-error.js';

/**
 * BullMQ asks again at once when Redis refuses, thousands of times a second; this lets some time pass each time, in which jobs under way go
 * on. Gives a function that ends it, to be called before the worker is closed.
 */
export function restWhenRefused(worker: Worker, restMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  worker.on('error', (error) => {
    if (timer !== undefined || !isRefusal(error)) return;
    timer = setTimeout(() => {
      timer = undefined;
      void worker.resume();
    }, restMs);
    worker.pause(true).catch(() => undefined);
  });
  return () => clearTimeout(timer);
}
