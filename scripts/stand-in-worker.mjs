// A worker that takes jobs from a queue and sleeps instead of painting:
//   node scripts/stand-in-worker.mjs REDIS_URL MODEL_VERSION MILLISECONDS [CONCURRENCY] [LOCK_MS] [RESULT_BYTES] [painter]
// With `painter`, images go to a process of their own, as in `sam-i-am worker`, which answers at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { giveHeapRoom } from '../dist/painting/jobs/heap-room.js';
import { PaintProcesses } from '../dist/painting/jobs/paint-process.js';
import { startRedisWorker } from '../dist/painting/jobs/redis-worker.js';

const [url, modelVersion, serviceMs, concurrency = '1', lockMs = '15000', resultBytes = '0', painter] =
  process.argv.slice(2);
const brushRle = new Uint8Array(Number(resultBytes)).map((_, index) => (index * 89) % 256);
const materials = resultBytes === '0' ? [] : [{ material: 1, areaPx: 1, score: 0.5, brushRle }];
const value = { width: 1, height: 1, materials, warnings: [] };
async function doze() {
  // A timer of no time takes a millisecond.
  if (serviceMs !== '0') await sleep(Number(serviceMs));
  return { ok: true, value };
}
async function openPainters() {
  const program = fileURLToPath(new URL('stand-in-painter.mjs', import.meta.url));
  const processes = new PaintProcesses({ pool: { resultBytes: Number(resultBytes) }, program });
  await processes.open(Number(concurrency));
  return (job, signal) => processes.run(job, signal);
}
const told = new Set();
/** Each error once: one that comes back with every look at the queue is why jobs do not end. */
function tellOnce({ message }) {
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
