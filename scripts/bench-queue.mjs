// What the queue adds to an image, and how well workers share the work:
//   npm run build && node scripts/bench-queue.mjs [--service-ms 1000] [--workers 2,8,32] [--rounds 20] [--per-process 1] [--images 1000]
// Overhead: one image of 1 MB after the other through a worker that does nothing and answers with 0.2 MB, in this process, over Redis, and
// over Redis to a painting process as `sam-i-am worker` has it; from the image in the asker's hand to the result there. Throughput:
// k workers that sleep instead of painting, k × rounds jobs, against k / service time; --per-process puts several into a process, so
// that thousands of them find room on one machine; --workers '' leaves it out. Prints one JSON object per line.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { giveHeapRoom } from '../dist/painting/jobs/heap-room.js';
import { LocalQueue } from '../dist/painting/jobs/local-queue.js';
import { RedisQueue } from '../dist/painting/jobs/redis-queue.js';
import { startRedisServer } from './redis-server.mjs';

const { values } = parseArgs({
  options: {
    'service-ms': { type: 'string', default: '1000' },
    workers: { type: 'string', default: '2,8,32' },
    rounds: { type: 'string', default: '20' },
    'per-process': { type: 'string', default: '1' },
    images: { type: 'string', default: '1000' },
  },
});
giveHeapRoom();
const serviceMs = Number(values['service-ms']);
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-queue-'));
const redis = await startRedisServer(scratch);
const script = fileURLToPath(new URL('stand-in-worker.mjs', import.meta.url));
const print = (figures) => process.stdout.write(`${JSON.stringify(figures)}\n`);
const open = (modelVersion) => new RedisQueue({ url: redis.url, modelVersion, onError: () => undefined });
const job = (bytes) => ({ image: { name: 'image', bytes }, call: { kind: 'paint', materials: 'auto' } });
const start = (version, ms, ...more) =>
  spawn(process.execPath, [script, redis.url, version, ...[ms, ...more].map(String)], { stdio: 'inherit' });
/** Of the masks of an image of 1024². */
const resultBytes = 200_000;

/** CPU milliseconds of a process; hundredths of a second are what the system counts in. */
function cpuMs(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
  return 10 * (Number(user) + Number(system));
}

async function overhead(name, queue, others = {}) {
  const pids = { asker: process.pid, ...others };
  const cpu = () => Object.fromEntries(Object.entries(pids).map(([who, pid]) => [who, cpuMs(pid)]));
  const [count, warmUp] = [Number(values.images), 100];
  const times = [];
  let before;
  for (let index = 0; index < warmUp + count; index++) {
    if (index === warmUp) before = cpu();
    const image = Buffer.alloc(2 ** 20, index);
    image.writeUInt32LE(index);
    const began = performance.now();
    await queue.run(job(image));
    times.push(performance.now() - began);
  }
  const after = cpu();
  const sorted = times.slice(warmUp).sort((a, b) => a - b);
  const quantile = (share) => Number(sorted[Math.floor(share * (sorted.length - 1))].toFixed(2));
  const perImage = Object.keys(pids).map((who) => [who, Number(((after[who] - before[who]) / count).toFixed(2))]);
  const quantiles = { p10Ms: quantile(0.1), medianMs: quantile(0.5), p90Ms: quantile(0.9), p95Ms: quantile(0.95) };
  print({ overhead: name, imageMb: 1, ...quantiles, cpuMs: Object.fromEntries(perImage) });
}

const brushRle = new Uint8Array(resultBytes);
const materials = [{ material: 1, areaPx: 1, score: 0.5, brushRle }];
const idle = async () => ({ ok: true, value: { width: 1, height: 1, materials, warnings: [] } });
await overhead('in process', new LocalQueue({ run: idle, close: async () => undefined }, 1));
for (const [name, ...painter] of [['Redis'], ['Redis and a painting process', 'painter']]) {
  const version = `overhead-${painter.length}`;
  const worker = start(version, 0, 1, 15_000, resultBytes, ...painter);
  const queue = open(version);
  while ((await queue.workerCount()) === 0) await sleep(100);
  const children = readFileSync(`/proc/${worker.pid}/task/${worker.pid}/children`, 'utf8').trim();
  await overhead(name, queue, {
    worker: worker.pid,
    redis: redis.pid(),
    ...(children === '' ? {} : { painter: Number(children) }),
  });
  worker.kill('SIGKILL');
  await queue.close();
}

for (const count of values.workers.split(',').filter(Boolean).map(Number)) {
  const version = `throughput-${count}`;
  const slots = Math.min(count, Number(values['per-process']));
  const workers = Array.from({ length: Math.ceil(count / slots) }, () => start(version, serviceMs, slots));
  const shared = open(version);
  while ((await shared.workerCount()) < count) await sleep(200);
  const jobs = count * Number(values.rounds);
  const began = performance.now();
  await Promise.all(Array.from({ length: jobs }, (_, index) => shared.run(job(Buffer.from(`image ${index}`)))));
  const seconds = (performance.now() - began) / 1000;
  const ideal = (Number(values.rounds) * serviceMs) / 1000;
  print({
    workers: count,
    jobs,
    serviceMs,
    seconds: Number(seconds.toFixed(2)),
    share: Number((ideal / seconds).toFixed(3)),
  });
  for (const each of workers) each.kill('SIGKILL');
  await shared.close();
}
await redis.stop();
rmSync(scratch, { recursive: true, force: true });
