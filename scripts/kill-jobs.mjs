// Whether jobs survive their workers:
//   npm run build && node scripts/kill-jobs.mjs [--jobs 1000] [--workers 4] [--kills 60] [--service-ms 200] [--lock-ms 15000]
// Worker processes (stand-ins that sleep) are killed with SIGKILL at random moments and replaced; every job must end well, none
// may be given up because its workers were killed. A real Redis is started. Prints one JSON object; exit status 1 if not.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RedisQueue } from '../dist/app/jobs/redis-queue.js';
import { startRedisServer } from './redis-server.mjs';

const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: {
    ...{ jobs: number(1000), workers: number(4), kills: number(60) },
    ...{ 'service-ms': number(200), 'lock-ms': number(15_000) },
  },
});
const [jobs, workerCount, kills] = [values.jobs, values.workers, values.kills].map(Number);
const scratch = mkdtempSync(path.join(tmpdir(), 'kill-jobs-'));
const redis = await startRedisServer(scratch);
const script = fileURLToPath(new URL('stand-in-worker.mjs', import.meta.url));
const startWorker = () =>
  spawn(process.execPath, [script, redis.url, 'v-1', values['service-ms'], '1', values['lock-ms']], {
    stdio: 'inherit',
  });
const workers = Array.from({ length: workerCount }, startWorker);
const queue = new RedisQueue({ url: redis.url, modelVersion: 'v-1', onError: () => undefined });

const ended = { done: 0, failed: 0 };
const reasons = new Set();
const image = (index) => ({ name: `image ${index}`, bytes: Buffer.from(`image ${index}`), task: index });
const began = performance.now();
const all = Array.from({ length: jobs }, async (_, index) => {
  const painted = await queue.run({ image: image(index), call: { kind: 'paint', materials: 'auto' } });
  ended[painted.ok ? 'done' : 'failed']++;
  if (!painted.ok) reasons.add(painted.error.message);
});
let killed = 0;
// The kills are spread over the time that the jobs need at best.
const spreadMs = ((jobs * Number(values['service-ms'])) / workerCount) * 0.9;
for (; killed < kills && ended.done + ended.failed < jobs; killed++) {
  await sleep((Math.random() * 2 * spreadMs) / kills);
  const victim = Math.floor(Math.random() * workerCount);
  workers[victim].kill('SIGKILL');
  workers[victim] = startWorker();
}
await Promise.all(all);
// A worker that was killed between its result and its last word leaves a job that is run once more.
let { queue: counts } = await queue.overview();
while (counts.waiting + counts.running > 0) {
  await sleep(200);
  ({ queue: counts } = await queue.overview());
}
const figures = {
  ...{ jobs, workers: workerCount, kills: killed, ...ended, reasons: [...reasons] },
  ...{ waiting: counts.waiting, running: counts.running, seconds: Math.round((performance.now() - began) / 1000) },
};
for (const worker of workers) worker.kill('SIGKILL');
await queue.close();
await redis.stop();
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exitCode = ended.done === jobs && killed === kills ? 0 : 1;
