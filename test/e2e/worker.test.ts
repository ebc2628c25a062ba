import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRedis } from '../../src/painting/jobs/redis-keys.js';
import { RedisQueue } from '../../src/painting/jobs/redis-queue.js';
import { addedModelsFolder, modelsFolder } from '../../src/painting/models/load-models.js';
import { modelVersionOf } from '../../src/painting/models/model-version.js';
import { type BackendProcess, startBackend } from '../support/e2e/backend-process.js';
import { addTinyModel, exampleFiles, mainFile, repository, until } from '../support/e2e/repository.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';
import { runCli } from '../support/run-cli.js';

/*
 * Workers over a real Redis. bench/kill-prelabel.ts and bench/kill-jobs.ts are the same with the full numbers.
 */

const run = promisify(execFile);
let folder = '';
let redis: RedisServer;
const started: ChildProcess[] = [];
const environment = () => ({ REDIS_URL: redis.url, MODEL: 'tiny', DATA_DIR: path.join(folder, 'data') });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'worker-e2e-'));
  redis = await startRedisServer(path.join(folder, 'redis'));
  await addTinyModel(path.join(folder, 'data'));
}, 600_000);
afterAll(async () => {
  for (const each of started) each.kill('SIGKILL');
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

function startWorker(more: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, [mainFile, 'worker'], {
    env: { PATH: process.env['PATH'], ...environment(), ...more },
    stdio: 'ignore',
  });
  started.push(child);
  return child;
}

const labelConfig =
  '<View><Image name="i" value="$image"/><BrushLabels name="b" toName="i"><Label value="A"/><Label value="B"/></BrushLabels></View>';

async function predict({ url }: BackendProcess, image: string): Promise<unknown> {
  const bytes = await readFile(image);
  const task = { id: 7, data: { image: `data:image/png;base64,${bytes.toString('base64')}` } };
  const answer = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ project: '3.1', label_config: labelConfig, tasks: [task] }),
  });
  return answer.json();
}

test('serve paints through workers, of which one may be killed; Ctrl-C lets a worker finish', async () => {
  const workers = [startWorker(), startWorker()];
  const backend = await startBackend({ ...environment(), DATA_DIR: path.join(folder, 'data') });
  try {
    const [first = '', second = ''] = exampleFiles();
    const asked = predict(backend, first);
    workers[0]?.kill('SIGKILL');
    expect(await asked).toMatchObject({ results: [{ result: expect.any(Array), score: expect.any(Number) }] });
    expect(await predict(backend, second)).not.toHaveProperty('errors');
    const jobs = (await (await fetch(`${backend.url}/api/jobs`)).json()) as object;
    expect(jobs).toMatchObject({
      queue: { waiting: 0, done: 2, failed: 0 },
      jobs: [{ project: 3, task: 7, state: 'done' }, {}],
    });
    const last = workers[1];
    const ended = new Promise((resolve) => last?.once('exit', resolve));
    last?.kill('SIGINT');
    expect(await ended).toBe(0);
  } finally {
    await backend.stop();
  }
}, 240_000);

/** Looks at an example as the page does, to its end. */
async function look({ url }: BackendProcess, example: string) {
  const started = await fetch(`${url}/api/try?example=${encodeURIComponent(example)}`, { method: 'POST' });
  const { id } = (await started.json()) as { id: string };
  const steps = new Set<string | null>();
  for (;;) {
    const status = (await (await fetch(`${url}/api/try/${id}`)).json()) as {
      readonly state: string;
      readonly step: string | null;
      readonly error: { readonly message: string } | null;
    };
    steps.add(status.step);
    if (status.state === 'done' || status.state === 'failed') return { id, steps, ...status };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("the page's Try works through workers, with its progress, files, clicks and what is wrong with a file", async () => {
  const shipped = { MODEL: 'sam-i-am-small' };
  const worker = startWorker(shipped);
  const backend = await startBackend({ ...environment(), ...shipped });
  try {
    const [file = ''] = exampleFiles();
    const name = path.basename(file);
    const seen = await look(backend, name);
    expect(seen).toMatchObject({ state: 'done', error: null });
    expect([...seen.steps].filter((step) => step !== null).length).toBeGreaterThan(0);
    const address = `${backend.url}/api/try/${seen.id}`;
    const masks: unknown = await (await fetch(`${address}/masks`)).json();
    expect(masks).toMatchObject({ masks: expect.any(Array), removed: expect.any(Array) });
    const out = path.join(folder, 'segmented');
    expect((await runCli(['segment', file, '--out', out], { ...environment(), ...shipped })).status).toBe(0);
    const labels = Buffer.from(await (await fetch(`${address}/files/labels.png`)).arrayBuffer());
    const written = await readFile(path.join(out, name.replace(/\.[^.]*$/, '.labels.png')));
    expect(labels.equals(written)).toBe(true);
    const asked = await fetch(`${address}/prompt`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ points: [{ x: 40, y: 40, positive: true }], extent: 'mask' }),
    });
    expect(asked.status).toBe(200);
    const broken = await fetch(`${backend.url}/api/try?name=broken.png`, { method: 'POST', body: 'no image' });
    const { id } = (await broken.json()) as { id: string };
    const failed = async () =>
      ((await (await fetch(`${backend.url}/api/try/${id}`)).json()) as { state: string }).state;
    while ((await failed()) !== 'failed') await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await (await fetch(`${backend.url}/api/try/${id}`)).json()).toMatchObject({
      error: { code: 'image.unreadable', hint: expect.any(String) },
    });
  } finally {
    await backend.stop();
    worker.kill('SIGKILL');
  }
}, 240_000);

test('a click on an image that a worker with another disk has encoded fetches what that one encoded', async () => {
  const data = (name: string) => path.join(folder, name);
  for (const name of ['here', 'there']) await addTinyModel(data(name));
  const modelVersion = await modelVersionOf(modelsFolder, addedModelsFolder(data('here')), 'tiny');
  const queue = new RedisQueue({ url: redis.url, modelVersion, onError: () => undefined });
  const [file = ''] = exampleFiles();
  const image = { name: 'micrograph', bytes: await readFile(file) };
  const workers = [startWorker({ DATA_DIR: data('here') })];
  const client = openRedis(redis.url, () => undefined);
  try {
    expect((await queue.run({ image, call: { kind: 'paint', materials: 2 } })).ok).toBe(true);
    const [encoded = ''] = await readdir(path.join(data('here'), 'embeddings'));
    workers.push(startWorker({ DATA_DIR: data('there') }));
    await until(async () => (await queue.workerCount()) === 2, 'both workers are there');
    const key = `sam-i-am:embedding:${path.basename(encoded, '.embedding')}`;
    let x = 0;
    const click = () => {
      const prompt = { points: [{ x: ++x, y: 9, positive: true }], boxes: [] };
      return queue.run({ image, call: { kind: 'click', prompt, options: { extent: 'mask', materials: 2 } } });
    };
    // Either worker may take a click; of several at once, both take some.
    await until(async () => {
      const clicked = await Promise.all([click(), click(), click()]);
      expect(clicked.map(({ ok }) => ok)).toEqual([true, true, true]);
      return (await client.exists(`${key}:bytes`)) === 1;
    }, 'the other worker has asked for what was encoded');
    expect(await readdir(path.join(data('there'), 'embeddings'))).toEqual([encoded]);
  } finally {
    for (const each of workers) each.kill('SIGKILL');
    client.disconnect();
    await queue.close();
  }
}, 240_000);

test('a worker without REDIS_URL says what to set', async () => {
  const { status, stderr } = await runCli(['worker'], { REDIS_URL: '' });
  expect([status, stderr]).toEqual([2, expect.stringContaining('Set REDIS_URL')]);
});

test('a project is predicted once each while commands and workers are killed and Redis is restarted', async () => {
  const script = path.join(repository, '.cache/bench-build/bench/kill-prelabel.js');
  const counts = ['--tasks', '12', '--kills', '1', '--worker-kills', '2', '--redis-restarts', '1'];
  const { stdout } = await run(process.execPath, [script, ...counts, '--least-s', '1', '--most-s', '4'], {
    timeout: 300_000,
  });
  expect(JSON.parse(stdout)).toMatchObject({
    tasks: 12,
    kills: 1,
    workerKills: 2,
    redisRestarts: 1,
    exactlyOne: 12,
    lost: 0,
    twice: 0,
    versions: 1,
    secondRunPosted: 0,
  });
}, 300_000);

test('jobs whose workers are killed all end well', async () => {
  const script = path.join(repository, '.cache/bench-build/bench/kill-jobs.js');
  const counts = ['--jobs', '60', '--workers', '3', '--kills', '8', '--service-ms', '100', '--lock-ms', '2000'];
  const { stdout } = await run(process.execPath, [script, ...counts], { timeout: 200_000 });
  const figures = JSON.parse(stdout) as { readonly takenOver: number };
  expect(figures).toMatchObject({ jobs: 60, kills: 8, done: 60, failed: 0, waiting: 0, running: 0 });
  expect(figures.takenOver).toBeGreaterThan(0);
}, 200_000);
