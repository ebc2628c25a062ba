import { expect, test } from '@jest/globals';
import { sharedBytes } from '../../../src/painting/shared-bytes.js';

test('bytes are copied once, into memory that all threads see', () => {
  const part = Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4);
  const shared = sharedBytes(part);
  expect([...shared]).toEqual([1, 2, 3]);
  expect(shared.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(shared.buffer.byteLength).toBe(3);
  expect(sharedBytes(shared)).toBe(shared);
});
