import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SamIAmError } from '../../../../src/core/errors.js';
import type { PaintJob } from '../../../../src/painting/jobs/paint-job.js';
import { queueError, sparingly } from '../../../../src/painting/jobs/queue-error.js';
import { openRedis } from '../../../../src/painting/jobs/redis-keys.js';
import { RedisQueue } from '../../../../src/painting/jobs/redis-queue.js';
import { startRedisWorker } from '../../../../src/painting/jobs/redis-worker.js';
import { type RedisServer, startRedisServer } from '../../../support/redis-server.js';

/* The Redis is a real one, and its refusals are its own. */

let server: RedisServer;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queue-error-'));
  server = await startRedisServer(folder);
}, 600_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** With settings of the server that hold until `work` is done. */
async function withConfig(settings: Readonly<Record<string, [string, string]>>, work: () => Promise<void>) {
  const redis = openRedis(server.url, () => undefined);
  for (const [name, [now]] of Object.entries(settings)) await redis.config('SET', name, now);
  try {
    await work();
  } finally {
    for (const [name, [, before]] of Object.entries(settings)) await redis.config('SET', name, before);
    redis.disconnect();
  }
}

const job = (name: string): PaintJob => ({
  image: { name, bytes: Buffer.from(name) },
  call: { kind: 'paint', materials: 'auto' },
});
const open = (url = server.url) => new RedisQueue({ url, modelVersion: 'v', onError: () => undefined });

test('a full Redis, and one that takes no writes, are told apart from one that is away', async () => {
  const queue = open();
  await queue.workerCount();
  await withConfig({ maxmemory: ['1', '0'] }, () =>
    expect(queue.run(job('full'))).rejects.toMatchObject({
      code: 'queue.refused',
      message: expect.stringContaining('no memory left'),
      hint: expect.stringContaining('maxmemory'),
    }),
  );
  await withConfig({ 'min-replicas-to-write': ['1', '0'] }, () =>
    expect(queue.run(job('replicas'))).rejects.toMatchObject({
      code: 'queue.refused',
      message: expect.stringContaining('takes no writes'),
    }),
  );
  await queue.close();
});

test('a login that is missing or wrong is named as such, with the form of the address', async () => {
  await withConfig({ requirepass: ['secret', ''] }, async () => {
    for (const url of [server.url, server.url.replace('redis://', 'redis://:wrong@')]) {
      const queue = open(url);
      await expect(queue.run(job('login'))).rejects.toMatchObject({
        code: 'queue.unauthorised',
        hint: expect.stringContaining('redis://USER:PASSWORD@HOST:PORT'),
      });
      await queue.close();
    }
  });
});

test('a worker that Redis refuses lets time pass between its questions, and works again when it may', async () => {
  const errors: Error[] = [];
  const worker = startRedisWorker({
    url: server.url,
    modelVersion: 'rests',
    concurrency: 1,
    work: () => Promise.resolve({ ok: true, value: { width: 1, height: 1, materials: [], warnings: [] } }),
    onError: (error) => errors.push(error),
  });
  const queue = new RedisQueue({ url: server.url, modelVersion: 'rests', onError: () => undefined });
  expect((await queue.run(job('before'))).ok).toBe(true);
  await withConfig({ maxmemory: ['1', '0'] }, async () => {
    // Wakes the worker, which waits for jobs.
    await expect(queue.run(job('refused'))).rejects.toThrow('no memory left');
    while (errors.length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  });
  expect((await queue.run(job('after'))).ok).toBe(true);
  // Without a rest there are thousands of them.
  expect(errors.length).toBeLessThan(100);
  await Promise.all([worker.close(), queue.close()]);
}, 60_000);

test('a server that is away is named by its reason, also where the system gives only a code', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  expect(queueError(refused)).toMatchObject({
    code: 'queue.unreachable',
    message: 'Redis cannot be reached (connect ECONNREFUSED 127.0.0.1:1)',
  });
  const both = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  expect(queueError(both).message).toBe('Redis cannot be reached (ECONNREFUSED)');
  expect(queueError(new Error('Connection is closed.')).code).toBe('queue.unreachable');
});

test('what is an error of ours already stays it; what nobody knows is told as it is', () => {
  const ours = new SamIAmError('cancelled', 'enough', { hint: 'Ask again.' });
  expect(queueError(ours)).toBe(ours);
  expect(queueError(new Error('Missing lock for job 7'))).toMatchObject({
    code: 'queue.refused',
    message: expect.stringContaining('Missing lock for job 7'),
  });
});

test('each kind of failure is told once, and again after a while', () => {
  let now = 0;
  const told: string[] = [];
  const tell = sparingly(({ code }) => told.push(code), 60_000, () => now); // prettier-ignore
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const full = new Error("OOM command not allowed when used memory > 'maxmemory'.");
  for (const error of [away, full, away, full]) tell(error);
  expect(told).toEqual(['queue.unreachable', 'queue.refused']);
  now = 60_000;
  tell(away);
  expect(told).toEqual(['queue.unreachable', 'queue.refused', 'queue.unreachable']);
});
