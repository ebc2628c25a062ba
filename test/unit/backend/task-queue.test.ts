import { expect, test } from '@jest/globals';
import { TaskQueue } from '../../../src/backend/task-queue.js';

/** Jobs that end when they are told to, in the order of their names. */
function jobs() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const job = (name: string) => () => {
    started.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  return { started, job, end: (name: string) => ends.get(name)?.() };
}
const soon = () => new Promise((resolve) => setImmediate(resolve));

test('runs as many jobs at once as it may, the others in order, urgent ones first', async () => {
  const queue = new TaskQueue({ concurrency: 2, maxRequests: 10 });
  const { started, job, end } = jobs();
  const running = ['a', 'b', 'c', 'd'].map((name) => queue.run(job(name)));
  running.push(queue.run(job('e'), true), queue.run(job('f'), true));
  await soon();
  expect(started).toEqual(['a', 'b']);
  for (const name of ['b', 'a', 'e', 'f', 'c', 'd']) {
    end(name);
    await soon();
  }
  expect(started).toEqual(['a', 'b', 'e', 'f', 'c', 'd']);
  expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('a job that starts while another is handed its turn does not exceed the limit', async () => {
  const queue = new TaskQueue({ concurrency: 1, maxRequests: 10 });
  const { started, job, end } = jobs();
  const first = queue.run(job('a'));
  const second = queue.run(job('b'));
  end('a');
  await first;
  const third = queue.run(job('c'));
  await soon();
  expect(started).toEqual(['a', 'b']);
  end('b');
  await second;
  await soon();
  end('c');
  await third;
});

test('a job that fails gives its turn on', async () => {
  const queue = new TaskQueue({ concurrency: 1, maxRequests: 10 });
  const failing = queue.run(() => Promise.reject(new Error('no')));
  const next = queue.run(() => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
});

test('lets no more requests in than it may', async () => {
  const queue = new TaskQueue({ concurrency: 1, maxRequests: 1 });
  const { job, end } = jobs();
  const inside = queue.admit(job('a'));
  await expect(queue.admit(job('b'))).rejects.toMatchObject({ code: 'capacity.queue_full' });
  end('a');
  await inside;
  expect(await queue.admit(() => Promise.resolve('c'))).toBe('c');
});

test('drains: waits for those inside, refuses others', async () => {
  const queue = new TaskQueue({ concurrency: 1, maxRequests: 5 });
  const { job, end } = jobs();
  const inside = queue.admit(job('a'));
  let drained = false;
  const draining = queue.drain().then(() => (drained = true));
  await expect(queue.admit(job('b'))).rejects.toMatchObject({ code: 'model.not_ready' });
  await soon();
  expect([queue.isClosing, drained]).toEqual([true, false]);
  end('a');
  await inside;
  await draining;
  expect(drained).toBe(true);
});
