import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { imageDigest, imageDigestInSlices } from '../../../src/painting/image-digest.js';
import { sharedBytes } from '../../../src/painting/shared-bytes.js';

test.each([0, 1, 1000, 256 * 1024, 256 * 1024 + 1, 3_000_000])(
  '%d bytes: slices and whole give SHA-256',
  async (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, index) => index * 7);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(imageDigest({ bytes })).toBe(expected);
    expect(await imageDigestInSlices({ bytes: sharedBytes(bytes) })).toBe(expected);
  },
);

test('what is known is not found out again', async () => {
  const image = { bytes: new Uint8Array(3), digest: 'known' };
  expect([imageDigest(image), await imageDigestInSlices(image)]).toEqual(['known', 'known']);
});
