import { expect, test } from '@jest/globals';
import { SamIAmError } from '../../../src/core/errors.js';
import { diskError } from '../../../src/store/disk-error.js';

const failed = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

test.each(['ENOSPC', 'EDQUOT'])('%s: the disk is full, and the same command goes on when there is room', (code) => {
  const { message, hint } = diskError(failed(code), '/data');
  expect(message).toBe('nothing can be written to /data: the disk is full');
  expect(hint).toMatch(/Make room.*same command/);
});

test('any other failure keeps its reason, and our own errors are passed on', () => {
  expect(diskError(failed('EACCES'), '/data')).toMatchObject({
    code: 'disk.unwritable',
    message: expect.stringContaining('EACCES'),
  });
  const own = new SamIAmError('cancelled', 'stopped', { hint: 'Ask again.' });
  expect(diskError(own, '/data')).toBe(own);
});
