import { expect, test } from '@jest/globals';
import { FrameQueue } from '../../../../src/app/watch/frame-queue.js';

const frame = (name: string, modifiedMs = 0) => ({ path: `/f/${name}`, name, modifiedMs, size: 1 });
const drain = (queue: FrameQueue) => Array.from({ length: queue.size }, () => queue.next()?.name);

test('the newest or the oldest frame is next', () => {
  const [newest, oldest] = [new FrameQueue('newest', 10), new FrameQueue('oldest', 10)];
  for (const name of ['a', 'b', 'c']) for (const queue of [newest, oldest]) queue.add(frame(name));
  expect([drain(newest), drain(oldest)]).toEqual([
    ['c', 'b', 'a'],
    ['a', 'b', 'c'],
  ]);
});

test('beyond what may wait, the oldest are given up and named', () => {
  const queue = new FrameQueue('newest', 2);
  expect(['a', 'b', 'c'].flatMap((name) => queue.add(frame(name)))).toEqual([frame('a')]);
  expect(drain(queue)).toEqual(['c', 'b']);
});

test('a frame that is written anew waits once', () => {
  const queue = new FrameQueue('oldest', 10);
  for (const [name, time] of [['a', 1], ['b', 2], ['a', 3]] as const) queue.add(frame(name, time)); // prettier-ignore
  expect([queue.next(), queue.next(), queue.next()]).toEqual([frame('b', 2), frame('a', 3), undefined]);
});
