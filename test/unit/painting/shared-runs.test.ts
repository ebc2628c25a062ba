import { expect, test } from '@jest/globals';
import { SharedRuns } from '../../../src/painting/shared-runs.js';

/** Runs that end when they are told to; counts them and keeps their signals. */
function work() {
  const signals: AbortSignal[] = [];
  const ends: ((value: string) => void)[] = [];
  const start = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve) => ends.push(resolve));
  };
  return { start, signals, end: (index: number, value: string) => ends[index]?.(value) };
}

test('who asks for the same thing at the same time shares one run; later a new one starts', async () => {
  const runs = new SharedRuns<string>();
  const { start, signals, end } = work();
  const asked = Array.from({ length: 5 }, () => runs.run('a', undefined, start));
  const other = runs.run('b', undefined, start);
  expect(signals).toHaveLength(2);
  end(0, 'one');
  end(1, 'two');
  expect(await Promise.all([...asked, other])).toEqual(['one', 'one', 'one', 'one', 'one', 'two']);
  const again = runs.run('a', undefined, start);
  expect(signals).toHaveLength(3);
  end(2, 'three');
  expect(await again).toBe('three');
});

test('a run goes on as long as one asker waits, and is cancelled when the last has gone', async () => {
  const runs = new SharedRuns<string>();
  const { start, signals, end } = work();
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = [runs.run('a', first.signal, start), runs.run('a', second.signal, start)];
  first.abort();
  await expect(asked[0]).rejects.toMatchObject({ code: 'cancelled' });
  expect(signals[0]?.aborted).toBe(false);
  second.abort();
  await expect(asked[1]).rejects.toMatchObject({ code: 'cancelled' });
  expect(signals[0]?.aborted).toBe(true);
  // The cancelled run may still be ending: nobody joins it.
  const anew = runs.run('a', undefined, start);
  expect(signals).toHaveLength(2);
  end(0, 'late');
  end(1, 'new');
  expect(await anew).toBe('new');
});

test('a failure reaches all who wait, and is not kept', async () => {
  const runs = new SharedRuns<string>();
  const failing = () => Promise.reject(new Error('no'));
  const asked = [runs.run('a', undefined, failing), runs.run('a', undefined, failing)];
  for (const each of asked) await expect(each).rejects.toThrow('no');
  expect(await runs.run('a', undefined, () => Promise.resolve('yes'))).toBe('yes');
});

test('who has gone before asking starts nothing', async () => {
  const { start, signals } = work();
  await expect(new SharedRuns<string>().run('a', AbortSignal.abort(), start)).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(signals).toHaveLength(0);
});
