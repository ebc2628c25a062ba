import { expect, test } from '@jest/globals';
import { type Patience, withPatience } from '../../../../src/app/prelabel/patience.js';
import { type ErrorCode, SamIAmError } from '../../../../src/core/errors.js';

function patience(more: Partial<Patience> = {}) {
  const waits: number[] = [];
  const signal = new AbortController().signal;
  const base: Patience = { longestMs: 10_000, firstWaitMs: 1, onWait: (_, seconds) => waits.push(seconds), signal };
  return { waits, patience: { ...base, ...more } };
}

function failing(times: number, code: ErrorCode) {
  let left = times;
  return () => (left-- > 0 ? Promise.reject(new SamIAmError(code, 'no', { hint: '' })) : Promise.resolve('done'));
}

test('passing failures are waited for, each time twice as long, and told', async () => {
  const { waits, patience: given } = patience();
  expect(await withPatience(failing(3, 'label_studio.unreachable'), given)).toBe('done');
  expect(waits).toEqual([0.001, 0.002, 0.004]);
});

test.each([
  ['label_studio.unauthorised', {}],
  ['label_studio.refused', {}],
  ['label_studio.unreachable', { longestMs: 0 }],
  ['image.timeout', { only: 'label_studio.unreachable' }],
] as const)('%s with %j is not waited for', async (code, more) => {
  const { waits, patience: given } = patience(more);
  await expect(withPatience(failing(1, code), given)).rejects.toMatchObject({ code });
  expect(waits).toEqual([]);
});

test('an interruption ends the wait with what it was for', async () => {
  const controller = new AbortController();
  const { patience: given } = patience({ firstWaitMs: 60_000, longestMs: 600_000, signal: controller.signal });
  const waiting = withPatience(failing(1, 'label_studio.unreachable'), given);
  setImmediate(() => controller.abort());
  await expect(waiting).rejects.toMatchObject({ code: 'label_studio.unreachable' });
});
