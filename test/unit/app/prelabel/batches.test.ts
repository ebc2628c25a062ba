import { expect, test } from '@jest/globals';
import { Batches } from '../../../../src/app/prelabel/batches.js';

function recorder(limits: ConstructorParameters<typeof Batches>[1]) {
  const sent: (readonly number[])[] = [];
  const batches = new Batches<number>((items) => {
    sent.push(items);
    return Promise.resolve();
  }, limits);
  return { sent, batches };
}

test('a batch is sent when it has enough items or bytes, the rest on flush', async () => {
  const { sent, batches } = recorder({ items: 3, bytes: 100, ageMs: 60_000 });
  for (const item of [1, 2, 3]) await batches.add(item, 1);
  await batches.add(4, 120);
  await batches.add(5, 1);
  expect(sent).toEqual([[1, 2, 3], [4]]);
  await batches.flush();
  await batches.flush();
  expect(sent).toEqual([[1, 2, 3], [4], [5]]);
});

test('an item does not wait longer than its age allows', async () => {
  const { sent, batches } = recorder({ ageMs: 1 });
  await batches.add(1, 1);
  while (sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(sent).toEqual([[1]]);
});

test('a failed batch is reported to whoever comes next, and nothing more is sent', async () => {
  let sent = 0;
  const batches = new Batches<number>(
    () => {
      sent++;
      return Promise.reject(new Error('away'));
    },
    { items: 1 },
  );
  await expect(batches.add(1, 1)).rejects.toThrow('away');
  await expect(batches.add(2, 1)).rejects.toThrow('away');
  await expect(batches.flush()).rejects.toThrow('away');
  expect(sent).toBe(1);
});
