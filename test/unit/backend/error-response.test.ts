import { expect, test } from '@jest/globals';
import { errorBody, RefusedRequest, statusOf, statusOfCode } from '../../../src/backend/error-response.js';
import { errorCodes, SamIAmError } from '../../../src/core/errors.js';

test('every error code has an HTTP error status, and no other is listed', () => {
  expect(Object.keys(statusOfCode).sort()).toEqual([...errorCodes].sort());
  for (const status of Object.values(statusOfCode)) expect(status >= 400 && status <= 599).toBe(true);
});

test('the status is that of the code, or the one that HTTP has for it', () => {
  expect(statusOf(new SamIAmError('capacity.queue_full', 'full', { hint: 'wait' }))).toBe(429);
  expect(statusOf(new RefusedRequest(405, 'no', 'use GET'))).toBe(405);
});

test('a client is told code, message and hint, but not the message of an unexpected error', () => {
  const cause = new Error('stack and all');
  expect(errorBody(new SamIAmError('image.missing', 'none', { hint: 'give one', cause }))).toEqual({
    code: 'image.missing',
    message: 'none',
    hint: 'give one',
  });
  expect(errorBody(new SamIAmError('internal', '/secret/path', { hint: 'report it' })).message).not.toContain('secret');
});
