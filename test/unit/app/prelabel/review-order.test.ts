import { expect, test } from '@jest/globals';
import { ReviewOrder } from '../../../../src/app/prelabel/review-order.js';

test('any number of tasks, the least certain first, equals by id', () => {
  const order = new ReviewOrder();
  const score = (task: number) => ((task * 7919) % 1000) / 1000;
  const tasks = Array.from({ length: 5000 }, (_, index) => 5000 - index);
  for (const task of tasks) order.add(task, score(task));
  expect(order.size).toBe(5000);
  const expected = tasks.toSorted((a, b) => score(a) - score(b) || a - b);
  expect([...order.sorted()].map(({ task }) => task)).toEqual(expected);
});
