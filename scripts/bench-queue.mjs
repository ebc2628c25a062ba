// What the queue adds to an image, and how well workers share the work:
//   npm run build && node scripts/bench-queue.mjs [--service-ms 1000] [--workers 2,8,32] [--rounds 20] [--per-process 1]
// Overhead: one image of 1 MB after the other through a worker that does nothing, in this process and over Redis. Throughput:
// k workers that sleep instead of painting, k × rounds jobs, against k / service time; --per-process puts several into a process, so
// that thousands of them find room on one machine. Prints one JSON object per line.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LocalQueue } from '../dist/app/jobs/local-queue.js';
import { RedisQueue } from '../dist/app/jobs/redis-queue.js';
import { startRedisServer } from './redis-server.mjs';

const { values } = parseArgs({
  options: {
    'service-ms': { type: 'string', default: '1000' },
    workers: { type: 'string', default: '2,8,32' },
    rounds: { type: 'string', default: '20' },
    'per-process': { type: 'string', default: '1' },
  },
});
const serviceMs = Number(values['service-ms']);
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-queue-'));
const redis = await startRedisServer(scratch);
const script = fileURLToPath(new URL('stand-in-worker.mjs', import.meta.url));
const print = (figures) => process.stdout.write(`${JSON.stringify(figures)}\n`);
const open = (modelVersion) => new RedisQueue({ url: redis.url, modelVersion, onError: () => undefined });
const job = (bytes) => ({ image: { name: 'image', bytes }, call: { kind: 'paint', materials: 'auto' } });
const start = (version, ms, slots = 1) =>
  spawn(process.execPath, [script, redis.url, version, String(ms), String(slots)], { stdio: 'inherit' });

/** CPU milliseconds of other processes; hundredths of a second are what the system counts in. */
const cpuMs = (pids) =>
  pids.reduce((sum, pid) => {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .split(') ')[1]
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return sum + 10 * (user + system);
  }, 0);

async function overhead(name, queue, pids = []) {
  const times = [];
  const cpuBefore = cpuMs([process.pid, ...pids]);
  for (let index = 0; index < 300; index++) {
    const image = Buffer.alloc(2 ** 20, index);
    image.writeUInt32LE(index);
    const began = performance.now();
    await queue.run(job(image));
    times.push(performance.now() - began);
  }
  const sorted = times.slice(50).sort((a, b) => a - b);
  const quantile = (share) => Number(sorted[Math.floor(share * (sorted.length - 1))].toFixed(2));
  const cpu = Number(((cpuMs([process.pid, ...pids]) - cpuBefore) / times.length).toFixed(2));
  print({ overhead: name, imageMb: 1, medianMs: quantile(0.5), p95Ms: quantile(0.95), cpuMs: cpu });
}

const idle = async () => ({ ok: true, value: { width: 1, height: 1, materials: [], warnings: [] } });
await overhead('in process', new LocalQueue({ paint: idle, close: async () => undefined }, 1));
const worker = start('overhead', 0);
const queue = open('overhead');
while ((await queue.workerCount()) === 0) await sleep(100);
await overhead('Redis', queue, [worker.pid, redis.pid()]);
worker.kill('SIGKILL');
await queue.close();

for (const count of values.workers.split(',').map(Number)) {
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
