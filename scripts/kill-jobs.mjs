// Whether jobs survive their workers:
//   npm run build && node scripts/kill-jobs.mjs [--jobs 1000] [--workers 4] [--kills 60] [--service-ms 200] [--lock-ms 15000] [--patience-s 120]
// Worker processes (stand-ins that sleep) are killed with SIGKILL in the middle of a job and replaced; every job must end well, none
// may be given up because its workers were killed. A real Redis is started. Prints one JSON object; exit status 1 if not, and also
// if no job has come to its end for so long.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { QueueEvents } from 'bullmq';
import { openRedis, queueKeys } from '../dist/painting/jobs/redis-keys.js';
import { RedisQueue } from '../dist/painting/jobs/redis-queue.js';
import { startRedisServer } from './redis-server.mjs';

const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: {
    jobs: number(1000),
    workers: number(4),
    kills: number(60),
    'service-ms': number(200),
    'lock-ms': number(15_000),
    'patience-s': number(120),
  },
});
const patienceMs = Number(values['patience-s']) * 1_000;
const [jobs, workerCount, kills] = [values.jobs, values.workers, values.kills].map(Number);
const scratch = mkdtempSync(path.join(tmpdir(), 'kill-jobs-'));
const redis = await startRedisServer(scratch);
const script = fileURLToPath(new URL('stand-in-worker.mjs', import.meta.url));
const workers = new Map();
function startWorker() {
  const worker = spawn(process.execPath, [script, redis.url, 'v-1', values['service-ms'], '1', values['lock-ms']], {
    stdio: 'inherit',
  });
  workers.set(worker.pid, worker);
}
for (let count = 0; count < workerCount; count++) startWorker();
const queue = new RedisQueue({ url: redis.url, modelVersion: 'v-1', onError: () => undefined });
const names = queueKeys('v-1');
const events = new QueueEvents(names.queue, { connection: { url: redis.url }, prefix: names.prefix });
// How many jobs were taken from a worker that had vanished.
let takenOver = 0;
events.on('stalled', () => takenOver++);
await events.waitUntilReady();

const looker = openRedis(redis.url, () => undefined);
/** A worker with a job under way: killing one that is idle or still starting would prove nothing. */
async function busyWorker() {
  const known = await looker.keys(names.worker('*'));
  const texts = known.length === 0 ? [] : await looker.mget(known);
  const busy = texts.map((text) => JSON.parse(text ?? '{}')).filter(({ state }) => state === 'busy');
  const alive = busy.flatMap(({ id }) => workers.get(Number(/-(\d+)-[0-9a-f]+-\d+$/.exec(id)?.[1])) ?? []);
  return alive[Math.floor(Math.random() * alive.length)];
}

const ended = { done: 0, failed: 0 };
const reasons = new Set();
const image = (index) => ({ name: `image ${index}`, bytes: Buffer.from(`image ${index}`), task: index });
const began = performance.now();
for (let index = 0; index < jobs; index++) follow(index).catch(({ message }) => reasons.add(message));

async function follow(index) {
  const painted = await queue.run({ image: image(index), call: { kind: 'paint', materials: 'auto' } });
  ended[painted.ok ? 'done' : 'failed']++;
  if (!painted.ok) reasons.add(painted.error.message);
}
let killed = 0;
// The kills are spread over the time that the jobs need at best.
const spreadMs = ((jobs * Number(values['service-ms'])) / workerCount) * 0.9;
while (killed < kills && ended.done + ended.failed < jobs) {
  await sleep((Math.random() * 2 * spreadMs) / kills);
  let victim = await busyWorker();
  while (victim === undefined && ended.done + ended.failed < jobs) {
    await sleep(20);
    victim = await busyWorker();
  }
  if (victim === undefined) break;
  victim.kill('SIGKILL');
  workers.delete(victim.pid);
  startWorker();
  killed++;
}
// A worker that was killed between its result and its last word leaves a job that is run once more.
let { queue: counts } = await queue.overview();
const patience = { left: 0, until: 0 };
for (;;) {
  const left = jobs - ended.done - ended.failed + counts.waiting + counts.running;
  if (left !== patience.left) Object.assign(patience, { left, until: performance.now() + patienceMs });
  if (left === 0 || performance.now() > patience.until) break;
  await sleep(200);
  ({ queue: counts } = await queue.overview());
}
const figures = {
  jobs,
  workers: workerCount,
  kills: killed,
  takenOver,
  ...ended,
  reasons: [...reasons],
  waiting: counts.waiting,
  running: counts.running,
  seconds: Math.round((performance.now() - began) / 1000),
};
for (const worker of workers.values()) worker.kill('SIGKILL');
await Promise.all([queue.close(), events.close()]);
looker.disconnect();
await redis.stop();
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(figures)}\n`);
// Jobs without an end would keep this process waiting.
process.exit(ended.done === jobs && patience.left === 0 && killed === kills ? 0 : 1);
