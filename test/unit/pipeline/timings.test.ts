import { expect, test } from '@jest/globals';
import { Stopwatch, timedSteps } from '../../../src/pipeline/timings.js';

test('every step has its time, and steps that were not taken have none', async () => {
  const begun: string[] = [];
  const watch = new Stopwatch((step) => begun.push(step));
  expect(await watch.measure('encode', () => Promise.resolve('embedding'))).toBe('embedding');
  expect(await watch.measure('removal', () => 'kept')).toBe('kept');
  const timings = watch.timings();
  expect(Object.keys(timings)).toEqual([...timedSteps]);
  expect(begun).toEqual(['encode', 'removal']);
  expect([timings.decode, timings.prompt, timings.merging]).toEqual([0, 0, 0]);
  expect(timings.total).toBeGreaterThanOrEqual(Math.max(timings.encode, timings.removal));
});

test('a step that fails fails with its reason; whoever stops the work before a step keeps it from beginning', async () => {
  const watch = new Stopwatch((step) => {
    if (step === 'merging') throw new Error('stop');
  });
  await expect(watch.measure('prompt', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  let isBegun = false;
  await expect(watch.measure('merging', () => (isBegun = true))).rejects.toThrow('stop');
  expect(isBegun).toBe(false);
});
