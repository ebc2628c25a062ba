import { expect, test } from '@jest/globals';
import { Turns, TurnsByKey } from '../../../src/painting/turns.js';
import { jobs, soon } from '../../support/jobs.js';

test('runs as many jobs at once as it may, the others in order', async () => {
  const turns = new Turns(2);
  const { started, job, end } = jobs();
  const running = ['a', 'b', 'c', 'd'].map((name) => turns.run(job(name)));
  await soon();
  expect(started).toEqual(['a', 'b']);
  for (const name of ['b', 'a', 'c', 'd']) {
    end(name);
    await soon();
  }
  expect(started).toEqual(['a', 'b', 'c', 'd']);
  expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd']);
});

test('a job that starts while another is handed its turn does not exceed the limit', async () => {
  const turns = new Turns(1);
  const { started, job, end } = jobs();
  const first = turns.run(job('a'));
  const second = turns.run(job('b'));
  end('a');
  await first;
  const third = turns.run(job('c'));
  await soon();
  expect(started).toEqual(['a', 'b']);
  end('b');
  await second;
  await soon();
  end('c');
  await third;
});

test('a job that fails gives its turn on', async () => {
  const turns = new Turns(1);
  const failing = turns.run(() => Promise.reject(new Error('no')));
  const next = turns.run(() => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
});

test('a job that is withdrawn while it waits never runs', async () => {
  const turns = new Turns(1);
  const { started, job, end } = jobs();
  const controller = new AbortController();
  const first = turns.run(job('a'));
  const withdrawn = turns.run(job('b'), controller.signal);
  const third = turns.run(job('c'));
  controller.abort();
  await expect(withdrawn).rejects.toMatchObject({ code: 'cancelled' });
  await expect(turns.run(job('d'), controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  end('a');
  await first;
  await soon();
  expect(started).toEqual(['a', 'c']);
  end('c');
  await third;
  expect(turns.size).toBe(0);
});

test('keys do not wait for each other', async () => {
  const turns = new TurnsByKey();
  const { started, job, end } = jobs();
  const running = [turns.run('x', job('a')), turns.run('x', job('b')), turns.run('y', job('c'))];
  await soon();
  expect(started).toEqual(['a', 'c']);
  end('a');
  await soon();
  expect(started).toEqual(['a', 'c', 'b']);
  end('b');
  end('c');
  expect(await Promise.all(running)).toEqual(['a', 'b', 'c']);
});
