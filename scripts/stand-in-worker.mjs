// A worker that takes jobs from a queue and sleeps instead of painting:
//   node scripts/stand-in-worker.mjs REDIS_URL MODEL_VERSION MILLISECONDS [CONCURRENCY] [LOCK_MS]
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisWorker } from '../dist/app/jobs/redis-worker.js';

const [url, modelVersion, serviceMs, concurrency = '1', lockMs = '15000'] = process.argv.slice(2);
const value = { width: 1, height: 1, materials: [], warnings: [] };
const worker = startRedisWorker({
  ...{ url, modelVersion, concurrency: Number(concurrency), lockMs: Number(lockMs) },
  work: async () => {
    await sleep(Number(serviceMs));
    return { ok: true, value };
  },
  onError: () => undefined,
});
process.once('SIGTERM', () => void worker.close().then(() => process.exit()));
