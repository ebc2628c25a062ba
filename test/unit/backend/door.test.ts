import { expect, test } from '@jest/globals';
import { Door } from '../../../src/backend/door.js';
import { jobs, soon } from '../../support/jobs.js';

test('lets no more requests in than it may', async () => {
  const queue = new Door({ maxRequests: 1 });
  const { job, end } = jobs();
  const inside = queue.admit(job('a'));
  await expect(queue.admit(job('b'))).rejects.toMatchObject({ code: 'capacity.queue_full' });
  end('a');
  await inside;
  expect(await queue.admit(() => Promise.resolve('c'))).toBe('c');
});

test('holds those that never ask twice until there is room, in their order', async () => {
  const queue = new Door({ maxRequests: 1 });
  const { job, end, started } = jobs();
  const inside = [queue.admit(job('a')), queue.admit(job('b'), { hold: true })];
  await expect(queue.admit(job('c'), { hold: true })).rejects.toMatchObject({ code: 'capacity.queue_full' });
  await soon();
  expect(started).toEqual(['a']);
  end('a');
  await soon();
  expect(started).toEqual(['a', 'b']);
  await expect(queue.admit(job('d'))).rejects.toMatchObject({ code: 'capacity.queue_full' });
  end('b');
  expect(await Promise.all(inside)).toEqual(['a', 'b']);
});

test('holds nobody for longer than the deadline, nor after the client has gone', async () => {
  const queue = new Door({ maxRequests: 2, holdMs: 20 });
  const { job, end, started } = jobs();
  const inside = [queue.admit(job('a')), queue.admit(job('b'))];
  const controller = new AbortController();
  const late = queue.admit(job('c'), { hold: true });
  const withdrawn = queue.admit(job('d'), { hold: true, signal: controller.signal });
  controller.abort();
  await expect(withdrawn).rejects.toMatchObject({ code: 'cancelled' });
  await expect(late).rejects.toMatchObject({ code: 'capacity.deadline' });
  end('a');
  end('b');
  await Promise.all(inside);
  expect(started).toEqual(['a', 'b']);
  expect(await queue.admit(() => Promise.resolve('e'))).toBe('e');
});

test('drains: waits for those inside, refuses others', async () => {
  const queue = new Door({ maxRequests: 5 });
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

test('tells those that work for nobody in particular when it closes', async () => {
  const queue = new Door({ maxRequests: 1 });
  expect(queue.closing.aborted).toBe(false);
  await queue.drain();
  expect(queue.closing.aborted).toBe(true);
});
