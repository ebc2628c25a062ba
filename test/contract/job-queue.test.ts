import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { SamIAmError } from '../../src/core/errors.js';
import { failure, success } from '../../src/core/result.js';
import { LocalQueue } from '../../src/painting/jobs/local-queue.js';
import type { Job, JobQueue, Painted, PaintJob, RunOptions } from '../../src/painting/jobs/paint-job.js';
import { queuedService } from '../../src/painting/jobs/queued-service.js';
import { queueKeys } from '../../src/painting/jobs/redis-keys.js';
import { RedisQueue } from '../../src/painting/jobs/redis-queue.js';
import { ProcessCrashed, type RunningWorker, startRedisWorker } from '../../src/painting/jobs/redis-worker.js';
import { cancelled } from '../../src/painting/turns.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';

/*
 * What every queue of jobs must do. The Redis is a real one.
 */

let redis: RedisServer;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'job-queue-'));
  redis = await startRedisServer(folder);
}, 600_000);
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A worker of one job at a time, whose work the test lets go on. */
function scriptedWork() {
  const begun: string[] = [];
  let gate = Promise.resolve();
  let release: () => void = () => undefined;
  const work = async ({ image }: Job, signal?: AbortSignal): Promise<Painted> => {
    begun.push(image.name);
    if (image.name.startsWith('crash')) throw new ProcessCrashed('SIGSEGV');
    if (image.name.startsWith('endless')) {
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      return failure(cancelled());
    }
    await gate;
    if (image.name.startsWith('bad'))
      return failure(new SamIAmError('image.unreadable', 'it is bad', { hint: 'Mend.' }));
    return success({
      width: 2,
      height: 1,
      warnings: [image.name],
      materials: [{ material: 1, areaPx: image.bytes.length, score: 0.5, brushRle: Uint8Array.from(image.bytes) }],
    });
  };
  const hold = (): void => {
    gate = new Promise((resolve) => (release = resolve));
  };
  return { begun, work, hold, release: () => release() };
}

interface Opened extends ReturnType<typeof scriptedWork> {
  readonly queue: JobQueue;
  close(): Promise<void>;
}

/** Takes the next job as a worker does, and is not heard of again. */
async function takeAndVanish(modelVersion: string, lockDuration: number): Promise<void> {
  const { queue, prefix } = queueKeys(modelVersion);
  const worker = new Worker(queue, null, { connection: { url: redis.url }, prefix, lockDuration });
  await until(async () => ((await worker.getNextJob('vanished')) as unknown) !== undefined);
  await worker.close(true);
}

let versions = 0;
function openOverRedis(): Opened {
  const scripted = scriptedWork();
  const options = { url: redis.url, modelVersion: `v-${++versions}`, onError: () => undefined };
  const worker: RunningWorker = startRedisWorker({ ...options, ...scripted, concurrency: 1, lockMs: 3_000 });
  const queue = new RedisQueue(options);
  const close = async (): Promise<void> => {
    scripted.release();
    await Promise.all([worker.close(), queue.close()]);
  };
  return { ...scripted, queue, close };
}

function openHere(): Opened {
  const scripted = scriptedWork();
  const runner = {
    run: (job: Job, { signal }: RunOptions) => scripted.work(job, signal),
    close: () => Promise.resolve(),
  };
  const queue = new LocalQueue(runner, 1);
  const close = (): Promise<void> => {
    scripted.release();
    return queue.close();
  };
  return { ...scripted, queue, close };
}

const image = (name: string) => ({ name, bytes: Uint8Array.from(Buffer.from(name)), project: 3, task: 7 });
const paint = (name: string): PaintJob => ({ image: image(name), call: { kind: 'paint', materials: 'auto' } });
const prompt = { kind: 'points', points: [{ x: 1, y: 1, isPositive: true }], boxes: [] } as never;
const click = (name: string): PaintJob => ({
  image: image(name),
  call: { kind: 'click', prompt, options: { extent: 'mask', materials: 'auto' } },
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.each([
  ['in this process', openHere],
  ['in Redis', openOverRedis],
])('a queue %s', (_name, open) => {
  let opened: Opened;
  afterEach(() => opened.close());

  test('gives each asker its own outcome, bytes and failures whole', async () => {
    opened = open();
    const [good, bad] = await Promise.all([opened.queue.run(paint('good')), opened.queue.run(paint('bad'))]);
    expect(good).toMatchObject({ ok: true, value: { warnings: ['good'], materials: [{ areaPx: 4, score: 0.5 }] } });
    expect(good.ok && Buffer.from(good.value.materials[0]?.brushRle ?? []).toString()).toBe('good');
    expect(bad).toMatchObject({ ok: false, error: { code: 'image.unreadable', message: 'it is bad', hint: 'Mend.' } });
  });

  test('begins clicks before paintings that came earlier', async () => {
    opened = open();
    opened.hold();
    const running = [opened.queue.run(paint('first'))];
    await until(() => opened.begun.length === 1);
    running.push(opened.queue.run(paint('second')), opened.queue.run(paint('third')));
    await until(async () => (await opened.queue.overview()).queue.waiting === 2);
    running.push(opened.queue.run(click('click')));
    await until(async () => (await opened.queue.overview()).queue.waiting === 3);
    opened.release();
    await Promise.all(running);
    expect(opened.begun).toEqual(['first', 'click', 'second', 'third']);
  });

  test('lists its jobs and workers, the newest first', async () => {
    opened = open();
    await opened.queue.run(paint('good'));
    await opened.queue.run(paint('bad'));
    opened.hold();
    const running = opened.queue.run(paint('now'));
    await until(() => opened.begun.includes('now'));
    await until(async () => (await opened.queue.overview()).workers.some(({ state }) => state === 'busy'));
    const { queue, workers, jobs } = await opened.queue.overview();
    expect(queue).toMatchObject({ waiting: 0, running: 1, done: 1, failed: 1, perMinute: 1 });
    expect(typeof queue.ownSince).toBe(opened.queue instanceof LocalQueue ? 'string' : 'object');
    expect(workers).toMatchObject([{ state: 'busy', job: jobs[0]?.id }]);
    expect(jobs.map(({ name, state, attempts, reason }) => [name, state, attempts, reason])).toEqual([
      ['now', 'running', 1, null],
      ['bad', 'failed', 1, 'it is bad'],
      ['good', 'done', 1, null],
    ]);
    expect(jobs[2]).toMatchObject({ kind: 'paint', project: 3, task: 7, createdAt: expect.stringMatching(/^20.*Z$/) });
    opened.release();
    await running;
  });

  test('cancels what runs and what waits, and runs it again when told to', async () => {
    opened = open();
    const running = opened.queue.run(paint('endless'));
    await until(() => opened.begun.includes('endless'));
    const waiting = opened.queue.run(paint('waiting'));
    await until(async () => (await opened.queue.overview()).jobs.length === 2);
    const { jobs } = await opened.queue.overview();
    for (const { id } of jobs)
      expect(await opened.queue.change(id, 'cancel')).toMatchObject({ id, state: 'cancelled' });
    expect(await running).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    await until(async () => (await opened.queue.overview()).queue.running === 0);
    await opened.queue.change(jobs.find(({ name }) => name === 'waiting')?.id ?? '', 'retry');
    await until(async () => (await opened.queue.overview()).jobs.some(({ state }) => state === 'done'));
    expect(opened.begun).toEqual(['endless', 'waiting']);
    expect(await opened.queue.change('none', 'cancel')).toBeUndefined();
  }, 30_000);

  test('what is painted in the moment in which it is cancelled stays cancelled', async () => {
    opened = open();
    opened.hold();
    const running = opened.queue.run(paint('good'));
    await until(() => opened.begun.includes('good'));
    const [job] = (await opened.queue.overview()).jobs;
    await opened.queue.change(job?.id ?? '', 'cancel');
    opened.release();
    expect(await running).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    await until(async () => (await opened.queue.overview()).queue.running === 0);
    expect((await opened.queue.overview()).jobs).toMatchObject([{ state: 'cancelled' }]);
  });

  test('stops work that nobody waits for', async () => {
    opened = open();
    const controller = new AbortController();
    const running = opened.queue.run(paint('endless'), { signal: controller.signal });
    await until(() => opened.begun.length === 1);
    controller.abort();
    expect(await running).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    await until(async () => (await opened.queue.overview()).queue.running === 0);
  });

  test('does the same work once for all who ask, now and later', async () => {
    opened = open();
    const asked = await Promise.all([1, 2, 3].map(() => opened.queue.run(paint('good'))));
    asked.push(await opened.queue.run(paint('good')));
    expect(asked.every(({ ok }) => ok)).toBe(true);
    expect(opened.begun).toEqual(['good']);
  });

  test('asks anew for what failed before', async () => {
    opened = open();
    await opened.queue.run(paint('bad'));
    await opened.queue.run(paint('bad'));
    expect(opened.begun).toEqual(['bad', 'bad']);
  });

  test('is the service of the backend', async () => {
    opened = open();
    const workers = { modelVersion: 'v-1', ready: Promise.resolve(), isReady: () => true };
    const service = queuedService(opened.queue, workers, { rewrite: () => Promise.reject(new Error('not here')) });
    expect(await service.paint(image('good'), 2)).toMatchObject({ ok: true });
    const clicked = await service.paintPrompted(image('good'), prompt, { extent: 'mask', materials: 'auto' });
    expect(clicked).toMatchObject({ ok: true });
    expect((await opened.queue.overview()).jobs.map(({ kind }) => kind)).toEqual(['click', 'paint']);
  });
});

describe('a queue in Redis', () => {
  let opened: Opened;
  afterEach(() => opened.close());

  test('sets an image aside that ended its process three times, and goes on with the others', async () => {
    opened = openOverRedis();
    const [crashed, good] = await Promise.all([opened.queue.run(paint('crash')), opened.queue.run(paint('good'))]);
    expect(good.ok).toBe(true);
    expect(crashed).toMatchObject({
      error: { code: 'image.crashing', message: expect.stringMatching(/set aside.*3 times.*SIGSEGV/) },
    });
    expect(opened.begun.filter((name) => name === 'crash')).toHaveLength(3);
  });

  test('passes over what others put among its jobs, and what is no job of ours', async () => {
    opened = openOverRedis();
    const { queue, prefix, image: imageKey } = queueKeys(`v-${versions}`);
    const poison = new Queue(queue, { connection: { url: redis.url }, prefix });
    const client = new Redis(redis.url);
    const packings = [Buffer.alloc(2), Buffer.alloc(64, 255), Buffer.concat([Buffer.of(4, 0, 0, 0), serialize(null)])];
    for (const [index, packed] of packings.entries()) await client.set(imageKey(`p-${index}`), packed);
    for (const data of [null, 'text', { kind: 'rm', name: 'x' }])
      for (const [index] of packings.entries())
        await poison.add('paint', data, { jobId: `p-${index}`, attempts: 3, removeOnFail: false });
    await poison.add('paint', null, { jobId: 'p-without-image' });
    expect(await opened.queue.run(paint('good'))).toMatchObject({ ok: true });
    await until(async () => (await poison.getJobCounts('failed'))['failed'] === packings.length + 1);
    expect((await opened.queue.overview()).jobs.map(({ name }) => name)).toEqual(['good']);
    expect(opened.begun).toEqual(['good']);
    client.disconnect();
    await poison.close();
  });

  // A third of the second is no whole number of milliseconds.
  test.each([900, 1_000])(
    'gives the job of a worker that vanished to another (lock of %d ms)',
    async (lockMs) => {
      const errors: string[] = [];
      const scripted = scriptedWork();
      const options = {
        url: redis.url,
        modelVersion: `v-${++versions}`,
        onError: (e: Error) => errors.push(e.message),
      };
      const queue = new RedisQueue(options);
      const running = queue.run(paint('good'));
      await takeAndVanish(options.modelVersion, lockMs);
      const worker = startRedisWorker({ ...options, ...scripted, concurrency: 1, lockMs });
      const close = async (): Promise<void> => {
        await Promise.all([worker.close(), queue.close()]);
      };
      opened = { ...scripted, queue, close };
      expect(await running).toMatchObject({ ok: true });
      await until(async () => (await queue.overview()).queue.running === 0);
      expect((await queue.overview()).jobs).toMatchObject([{ name: 'good', state: 'done', attempts: 2 }]);
      expect(errors).toEqual([]);
    },
    20_000,
  );

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'goes on after Redis ended by %s and came back',
    async (signal) => {
      opened = openOverRedis();
      opened.hold();
      const running = ['first', 'second', 'third'].map((name) => opened.queue.run(paint(`${signal} ${name}`)));
      await until(() => opened.begun.length === 1);
      await redis.restart(signal);
      opened.release();
      expect((await Promise.all(running)).map(({ ok }) => ok)).toEqual([true, true, true]);
    },
    60_000,
  );
});
