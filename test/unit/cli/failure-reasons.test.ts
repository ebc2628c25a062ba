import { expect, test } from '@jest/globals';
import { FailureReasons } from '../../../src/cli/failure-reasons.js';
import { SamIAmError } from '../../../src/core/errors.js';

test('failures are summed up by kind, with the first names and the cure', () => {
  const reasons = new FailureReasons();
  const missing = new SamIAmError('image.missing', 'there is no image', { hint: 'Give one.' });
  for (let task = 1; task <= 7; task++) reasons.add(`task ${task}`, missing);
  reasons.add('task 9', new SamIAmError('image.timeout', 'too slow', { hint: 'Upload it.' }));
  expect(reasons.count).toBe(8);
  expect([...reasons.lines()]).toEqual([
    'failed: task 1, task 2, task 3, task 4, task 5 and 2 more: there is no image. Give one.',
    'failed: task 9: too slow. Upload it.',
  ]);
});
