import { expect, test } from '@jest/globals';
import { success } from '../../../../src/core/result.js';
import { LocalQueue } from '../../../../src/painting/jobs/local-queue.js';
import type { Job, Outcome, RunOptions } from '../../../../src/painting/jobs/paint-job.js';
import { cancelled } from '../../../../src/painting/turns.js';

/** A runner whose jobs end when they are told to, by the name of their image. */
function held() {
  const given: { readonly job: Job; readonly options: RunOptions }[] = [];
  const ends = new Map<string, (outcome: Outcome) => void>();
  const run = (job: Job, options: RunOptions): Promise<Outcome> => {
    given.push({ job, options });
    return new Promise((resolve) => ends.set(job.image.name, resolve));
  };
  const end = async (name: string, outcome: Outcome = painted): Promise<void> => {
    ends.get(name)?.(outcome);
    await soon();
  };
  const names = () => given.map(({ job }) => job.image.name);
  return { runner: { run, close: () => Promise.resolve() }, given, names, end };
}

const painted = success({ width: 1, height: 1, materials: [], warnings: [] });
/** Lets digests be found, too. */
const soon = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const image = (name: string, content = name) => ({ name, bytes: Uint8Array.from(Buffer.from(content)) });
const paint = (name: string, content = name): Job => ({
  image: image(name, content),
  call: { kind: 'paint', materials: 'auto' },
});
const explore = (name: string, content = name): Job => ({
  image: image(name, content),
  call: { kind: 'explore', run: name },
});
const click = (name: string, content = name): Job => ({
  image: image(name, content),
  call: {
    kind: 'click',
    prompt: { points: [{ x: 1, y: 1, positive: true }], boxes: [] },
    options: { extent: 'mask', materials: 'auto' },
  },
});

test('what is listed as running is what the runner has, and nothing else', async () => {
  const { runner, names, end } = held();
  const queue = new LocalQueue(runner, 2);
  const running = ['a', 'b', 'c', 'd'].map((name) => queue.run(paint(name)));
  const states = async () => {
    await soon();
    const { queue: counts, workers, jobs } = await queue.overview();
    const listed = jobs.filter(({ state }) => state === 'running').map(({ name }) => name);
    const busy = workers.flatMap(({ job }) => jobs.find(({ id }) => id === job)?.name ?? []);
    expect([...busy].sort()).toEqual([...listed].sort());
    expect(counts.running).toBe(listed.length);
    return { listed: listed.sort(), waiting: counts.waiting };
  };
  expect(await states()).toEqual({ listed: ['a', 'b'], waiting: 2 });
  await end('b');
  expect(await states()).toEqual({ listed: ['a', 'c'], waiting: 1 });
  await end('a');
  await end('c');
  expect(await states()).toEqual({ listed: ['d'], waiting: 0 });
  await end('d');
  expect(await states()).toEqual({ listed: [], waiting: 0 });
  expect(names()).toEqual(['a', 'b', 'c', 'd']);
  await Promise.all(running);
});

test('clicks go first, then looks, then paintings', async () => {
  const { runner, names, end } = held();
  const queue = new LocalQueue(runner, 1);
  const running: Promise<unknown>[] = [queue.run(paint('first'))];
  await soon();
  for (const job of [paint('painting'), explore('look'), click('click')]) {
    running.push(queue.run(job));
    await soon();
  }
  for (const name of ['first', 'click', 'look', 'painting']) await end(name);
  expect(names()).toEqual(['first', 'click', 'look', 'painting']);
  await Promise.all(running);
});

test('an image is worked on by one at a time; others are not held up by it', async () => {
  const { runner, names, end } = held();
  const queue = new LocalQueue(runner, 2);
  const running = [queue.run(paint('a', 'same')), queue.run(click('b', 'same')), queue.run(paint('c'))];
  await soon();
  expect(names()).toEqual(['a', 'c']);
  await end('a');
  expect(names()).toEqual(['a', 'c', 'b']);
  await end('b');
  await end('c');
  await Promise.all(running);
});

test('who withdraws leaves the work to those who wait on; the last one ends it', async () => {
  const { runner, given, names } = held();
  const queue = new LocalQueue(runner, 1);
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = [first, second].map(({ signal }) => queue.run(paint('a'), { signal }));
  await soon();
  expect(names()).toEqual(['a']);
  first.abort();
  expect(await asked[0]).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(given[0]?.options.signal?.aborted).toBe(false);
  second.abort();
  expect(await asked[1]).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(given[0]?.options.signal?.aborted).toBe(true);
});

test('work that was withdrawn keeps its place until it has stopped, and takes nobody in', async () => {
  const { runner, names, end } = held();
  const queue = new LocalQueue(runner, 1);
  const controller = new AbortController();
  const withdrawn = queue.run(paint('a', 'same'), { signal: controller.signal });
  await soon();
  controller.abort();
  await withdrawn;
  const anew = queue.run(paint('b', 'same'));
  await soon();
  expect(names()).toEqual(['a']);
  await end('a', { ok: false, error: cancelled() });
  expect(names()).toEqual(['a', 'b']);
  await end('b');
  expect(await anew).toMatchObject({ ok: true });
});

test('an image is in memory once: runner, retry and look have the same bytes', async () => {
  const { runner, given, end } = held();
  const queue = new LocalQueue(runner, 1);
  const failed = queue.run(paint('a'));
  await soon();
  await end('a', { ok: false, error: cancelled() });
  expect(await failed).toMatchObject({ ok: false });
  const [job] = (await queue.overview()).jobs;
  await queue.change(job?.id ?? '', 'retry');
  await soon();
  const buffers = given.map(({ job: { image: each } }) => each.bytes.buffer);
  expect(buffers).toHaveLength(2);
  expect(buffers[0]).toBeInstanceOf(SharedArrayBuffer);
  expect(buffers[1]).toBe(buffers[0]);
  expect(given[0]?.job.image.digest).toMatch(/^[0-9a-f]{64}$/);
  await end('a');
});

test('tells every asker how far a look is', async () => {
  const { runner, given, end } = held();
  const queue = new LocalQueue(runner, 1);
  const seen: unknown[] = [];
  const looking = queue.run(explore('a'), { onProgress: (progress) => seen.push(progress) });
  await soon();
  given[0]?.options.onProgress?.({ step: 'prompt', rounds: 3 });
  await end('a');
  await looking;
  expect(seen).toEqual([{ step: 'prompt', rounds: 3 }]);
});
