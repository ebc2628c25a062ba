/**
 * A worker that takes jobs from a queue and sleeps instead of painting; other programs start it:
 *   REDIS_URL MODEL_VERSION MILLISECONDS [CONCURRENCY] [LOCK_MS] [RESULT_BYTES] [painter]
 * With `painter`, images go to a process of their own, as in `sam-i-am worker`, which answers at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { giveHeapRoom } from '#built/painting/jobs/heap-room';
import { PaintProcesses } from '#built/painting/jobs/paint-process';
import { type RedisWorkerOptions, startRedisWorker } from '#built/painting/jobs/redis-worker';
import { standInResult } from './stand-in-result.js';
import { built } from './support.js';

const [url = '', modelVersion = '', serviceMs = '0', concurrency = '1', lockMs = '15000', resultBytes = '0', painter] =
  process.argv.slice(2);
const value = standInResult(Number(resultBytes));

const doze: RedisWorkerOptions['work'] = async () => {
  // A timer of no time takes a millisecond.
  if (serviceMs !== '0') await sleep(Number(serviceMs));
  return { ok: true, value };
};

async function openPainters(): Promise<RedisWorkerOptions['work']> {
  // The stand-in reads this instead of the options of a real painter.
  const pool = { resultBytes: Number(resultBytes) } as unknown as ConstructorParameters<
    typeof PaintProcesses
  >[0]['pool'];
  const processes = new PaintProcesses({ pool, program: built('stand-in-painter.js') });
  await processes.open(Number(concurrency));
  return (job, signal) => processes.run(job, signal);
}

const told = new Set<string>();

/** Each error once: one that comes back with every look at the queue is why jobs do not end. */
function tellOnce({ message }: Error): void {
  if (!told.has(message)) process.stderr.write(`stand-in worker ${process.pid}: ${message}\n`);
  told.add(message);
}

giveHeapRoom();
const worker = startRedisWorker({
  url,
  modelVersion,
  concurrency: Number(concurrency),
  lockMs: Number(lockMs),
  work: painter === undefined ? doze : await openPainters(),
  onError: tellOnce,
});
process.once('SIGTERM', () => void worker.close().then(() => process.exit()));
