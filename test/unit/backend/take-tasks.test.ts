import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { takeTasks } from '../../../src/backend/take-tasks.js';
import { Turns } from '../../../src/painting/turns.js';
import { soon } from '../../support/jobs.js';

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const never = new AbortController().signal;

test('outcomes come in the order of the tasks, however they end, and never more than the places run', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), async (delays, limit) => {
      let [running, most] = [0, 0];
      const work = async (delay: number): Promise<number> => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < delay; turn++) await soon();
        running--;
        return delay;
      };
      expect(await collect(takeTasks(delays, new Turns(limit), work, never))).toEqual(delays);
      expect(most).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 50 },
  );
});

test('a request of 100,000 tasks begins as many as there are places, and listens once', async () => {
  const places = new Turns(3);
  const controller = new AbortController();
  let begun = 0;
  const work = (): Promise<void> => {
    begun++;
    return new Promise(() => undefined);
  };
  const outcomes = takeTasks(new Array<null>(100_000).fill(null), places, work, controller.signal);
  const first = outcomes.next();
  first.catch(() => undefined);
  await soon();
  expect(begun).toBe(3);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  expect(places.size).toBe(4);
});

test('requests take places by turns', async () => {
  const places = new Turns(1);
  const order: string[] = [];
  const work = async (name: string): Promise<string> => {
    order.push(name);
    await soon();
    return name;
  };
  await Promise.all([
    collect(takeTasks(['a1', 'a2', 'a3'], places, work, never)),
    collect(takeTasks(['b1', 'b2'], places, work, never)),
  ]);
  expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('a request that is withdrawn begins nothing more, and leaves its places to others', async () => {
  const places = new Turns(1);
  const controller = new AbortController();
  const begun: number[] = [];
  const work = async (task: number): Promise<number> => {
    begun.push(task);
    if (task === 2) controller.abort();
    await soon();
    return task;
  };
  const outcomes = await collect(takeTasks([1, 2, 3, 4], places, work, controller.signal));
  expect(outcomes).toEqual([1, 2]);
  expect(begun).toEqual([1, 2]);
  expect(places.size).toBe(0);
});
