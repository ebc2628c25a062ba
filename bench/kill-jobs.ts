/**
 * Whether jobs survive their workers:
 *   npm run bench -- kill-jobs [--jobs 1000] [--workers 4] [--kills 60] [--service-ms 200] [--lock-ms 15000] [--patience-s 120]
 * Worker processes (stand-ins that sleep) are killed with SIGKILL in the middle of a job and replaced; every job must end well, none may be
 * given up because its workers were killed. A real Redis is started. Prints one JSON object; exit status 1 if not, and also if no job has
 * come to its end for so long.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { QueueEvents } from 'bullmq';
import { openRedis, queueKeys } from '#built/painting/jobs/redis-keys';
import { RedisQueue } from '#built/painting/jobs/redis-queue';
import { startRedisServer } from './redis-server.js';
import { built, messageOf, number, print } from './support.js';

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
const [jobs, workerCount, kills] = [Number(values.jobs), Number(values.workers), Number(values.kills)];
const scratch = mkdtempSync(path.join(tmpdir(), 'kill-jobs-'));
const redis = await startRedisServer(scratch);
const workers = new Map<number, ChildProcess>();
function startWorker(): void {
  const args = [built('stand-in-worker.js'), redis.url, 'v-1', values['service-ms'], '1', values['lock-ms']];
  const worker = spawn(process.execPath, args, { stdio: 'inherit' });
  workers.set(worker.pid ?? 0, worker);
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
async function busyWorker(): Promise<ChildProcess | undefined> {
  const known = await looker.keys(names.worker('*'));
  const texts = known.length === 0 ? [] : await looker.mget(known);
  const records = texts.map((text) => JSON.parse(text ?? '{}') as { readonly state?: string; readonly id?: string });
  const alive = records.flatMap(({ state, id }) => {
    const pid = /-(\d+)-[0-9a-f]+-\d+$/.exec(id ?? '')?.[1];
    return state === 'busy' ? (workers.get(Number(pid)) ?? []) : [];
  });
  return alive[Math.floor(Math.random() * alive.length)];
}

const ended = { done: 0, failed: 0 };
const left = () => jobs - ended.done - ended.failed;
const reasons = new Set<string>();
const began = performance.now();
for (let index = 0; index < jobs; index++) follow(index).catch((thrown: unknown) => reasons.add(messageOf(thrown)));

async function follow(index: number): Promise<void> {
  const name = `image ${index}`;
  const image = { name, bytes: Buffer.from(name), task: index };
  const painted = await queue.run({ image, call: { kind: 'paint', materials: 'auto' } });
  ended[painted.ok ? 'done' : 'failed']++;
  if (!painted.ok) reasons.add(painted.error.message);
}
let killed = 0;
// The kills are spread over the time that the jobs need at best.
const spreadMs = ((jobs * Number(values['service-ms'])) / workerCount) * 0.9;
while (killed < kills && left() > 0) {
  await sleep((Math.random() * 2 * spreadMs) / kills);
  let victim = await busyWorker();
  while (victim === undefined && left() > 0) {
    await sleep(20);
    victim = await busyWorker();
  }
  if (victim === undefined) break;
  victim.kill('SIGKILL');
  workers.delete(victim.pid ?? 0);
  startWorker();
  killed++;
}
// A worker that was killed between its result and its last word leaves a job that is run once more.
let { queue: counts } = await queue.overview();
const patience = { left: 0, until: 0 };
for (;;) {
  const open = left() + counts.waiting + counts.running;
  if (open !== patience.left) Object.assign(patience, { left: open, until: performance.now() + patienceMs });
  if (open === 0 || performance.now() > patience.until) break;
  await sleep(200);
  ({ queue: counts } = await queue.overview());
}
for (const worker of workers.values()) worker.kill('SIGKILL');
await Promise.all([queue.close(), events.close()]);
looker.disconnect();
await redis.stop();
rmSync(scratch, { recursive: true, force: true });
print({
  jobs,
  workers: workerCount,
  kills: killed,
  takenOver,
  ...ended,
  reasons: [...reasons],
  waiting: counts.waiting,
  running: counts.running,
  seconds: Math.round((performance.now() - began) / 1000),
});
// Jobs without an end would keep this process waiting.
process.exit(ended.done === jobs && patience.left === 0 && killed === kills ? 0 : 1);
