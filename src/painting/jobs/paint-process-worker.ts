import { valueOrThrow } from '../../core/result.js';
import { answer } from '../threads/messages.js';
import { openSegmentPool, type SegmentPool } from '../threads/segment-pool.js';
import { type OnProgress, runJob } from './paint-job.js';
import type { FromPaintProcess, ToPaintProcess } from './paint-messages.js';

/*
 * The process in which a `sam-i-am worker` paints, one job at a time. Native code decodes images and runs models, and a fault in it
 * ends the whole process: so this is another one than that which talks to the queue, and whose job it was is known.
 */

let pool: Promise<SegmentPool> | undefined;
let controller = new AbortController();

function tell(message: FromPaintProcess): void {
  // Whoever started this process may be gone.
  if (process.connected) process.send?.(message);
}

async function handle(message: ToPaintProcess): Promise<void> {
  if (message.kind === 'cancel') controller.abort();
  if (message.kind === 'open') {
    pool = openSegmentPool(message.options);
    const opened = await answer(async () => {
      await (
        await pool
      )?.ready;
      return null;
    });
    tell({ kind: 'opened', answer: opened });
  }
  if (message.kind === 'job' && pool !== undefined) {
    const service = await pool;
    controller = new AbortController();
    const { signal } = controller;
    const onProgress: OnProgress = (progress) => tell({ kind: 'progress', progress });
    const work = async () => valueOrThrow(await runJob(message.job, service, { signal, onProgress }));
    tell({ kind: 'painted', answer: await answer(work) });
  }
}

process.on('message', (message) => void handle(message as ToPaintProcess));
// Without its worker it has nothing to do; a worker that was killed cannot say so.
process.on('disconnect', () => process.exit());
// Ctrl-C goes to all processes of a terminal; the worker finishes its job first and then ends this one.
process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
