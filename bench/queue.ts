/**
 * What the queue adds to an image, and how well workers share the work:
 *   npm run bench -- queue [--service-ms 1000] [--workers 2,8,32] [--rounds 20] [--per-process 1] [--images 1000]
 * Overhead: one image of 1 MB after the other through a worker that does nothing and answers with 0.2 MB, in this process, over Redis, and
 * over Redis to a painting process as `sam-i-am worker` has it; from the image in the asker's hand to the result there. Throughput:
 * k workers that sleep instead of painting, k × rounds jobs, against k / service time; --per-process puts several into a process, so
 * that thousands of them find room on one machine; --workers '' leaves it out. Prints one JSON object per line.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { giveHeapRoom } from '#built/painting/jobs/heap-room';
import { LocalQueue } from '#built/painting/jobs/local-queue';
import type { JobQueue, PaintJob } from '#built/painting/jobs/paint-job';
import { RedisQueue } from '#built/painting/jobs/redis-queue';
import { startRedisServer } from './redis-server.js';
import { standInResult } from './stand-in-result.js';
import { built, cpuMs, number, print, quantile, rounded } from './support.js';

const { values } = parseArgs({
  options: {
    'service-ms': number(1000),
    workers: number('2,8,32'),
    rounds: number(20),
    'per-process': number(1),
    images: number(1000),
  },
});
giveHeapRoom();
const serviceMs = Number(values['service-ms']);
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-queue-'));
const redis = await startRedisServer(scratch);
const open = (modelVersion: string) => new RedisQueue({ url: redis.url, modelVersion, onError: () => undefined });
const job = (bytes: Buffer): PaintJob => ({
  image: { name: 'image', bytes },
  call: { kind: 'paint', materials: 'auto' },
});
const start = (version: string, ...more: readonly (string | number)[]): ChildProcess =>
  spawn(process.execPath, [built('stand-in-worker.js'), redis.url, version, ...more.map(String)], { stdio: 'inherit' });
/** Of the masks of an image of 1024². */
const resultBytes = 200_000;

async function overhead(name: string, queue: JobQueue, others: Readonly<Record<string, number>> = {}): Promise<void> {
  const pids = Object.entries({ asker: process.pid, ...others });
  const cpu = () => pids.map(([, pid]) => cpuMs(pid).own);
  const [count, warmUp] = [Number(values.images), 100];
  const times: number[] = [];
  let before: number[] = [];
  for (let index = 0; index < warmUp + count; index++) {
    if (index === warmUp) before = cpu();
    const image = Buffer.alloc(2 ** 20, index);
    image.writeUInt32LE(index);
    const began = performance.now();
    await queue.run(job(image));
    times.push(performance.now() - began);
  }
  const after = cpu();
  const measured = times.slice(warmUp);
  const at = (share: number) => rounded(quantile(measured, share), 2);
  const perImage = pids.map(([who], index) => [
    who,
    rounded(((after[index] ?? NaN) - (before[index] ?? NaN)) / count, 2),
  ]);
  const quantiles = { p10Ms: at(0.1), medianMs: at(0.5), p90Ms: at(0.9), p95Ms: at(0.95) };
  print({ overhead: name, imageMb: 1, ...quantiles, cpuMs: Object.fromEntries(perImage) as object });
}

const idle = () => Promise.resolve({ ok: true, value: standInResult(resultBytes) } as const);
await overhead('in process', new LocalQueue({ run: idle, close: () => Promise.resolve() }, 1));
for (const [name, ...painter] of [['Redis'], ['Redis and a painting process', 'painter']] as const) {
  const version = `overhead-${painter.length}`;
  const worker = start(version, 0, 1, 15_000, resultBytes, ...painter);
  const queue = open(version);
  while ((await queue.workerCount()) === 0) await sleep(100);
  const { pid = 0 } = worker;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  await overhead(name, queue, {
    worker: pid,
    redis: redis.pid(),
    ...(children === '' ? undefined : { painter: Number(children) }),
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
  print({ workers: count, jobs, serviceMs, seconds: rounded(seconds, 2), share: rounded(ideal / seconds, 3) });
  for (const each of workers) each.kill('SIGKILL');
  await shared.close();
}
await redis.stop();
rmSync(scratch, { recursive: true, force: true });
