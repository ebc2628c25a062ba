import { expect, test } from '@jest/globals';
import { FailedLogins } from '../../../../src/backend/middleware/failed-logins.js';

test('after ten failures a client waits until a minute after the first, and nobody else does', () => {
  let now = 0;
  const failed = new FailedLogins(() => now);
  for (let i = 0; i < 9; i++) failed.note('a');
  expect(failed.mustWait('a')).toBe(false);
  failed.note('a');
  expect([failed.mustWait('a'), failed.mustWait('b')]).toEqual([true, false]);
  now = 59_999;
  expect(failed.mustWait('a')).toBe(true);
  now = 60_000;
  expect(failed.mustWait('a')).toBe(false);
  failed.note('a');
  expect(failed.mustWait('a')).toBe(false);
});

test('of many clients only so many are remembered', () => {
  const failed = new FailedLogins(() => 0);
  for (let i = 0; i < 10; i++) failed.note('first');
  for (let i = 0; i < 10_000; i++) failed.note(`client ${i}`);
  expect(failed.mustWait('first')).toBe(false);
});
