import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ImageFile } from '../core/image-file.js';

type Digestible = Pick<ImageFile, 'bytes' | 'digest'>;

/** Bytes that are digested before others have their turn: about a millisecond. */
const sliceBytes = 256 * 1024;

/** SHA-256 of an image's bytes in hex, found at once: for threads on which nobody waits. */
export function imageDigest({ bytes, digest }: Digestible): string {
  return digest ?? createHash('sha256').update(bytes).digest('hex');
}

/** The same on the thread that answers requests: slice by slice, with turns for others between. */
export async function imageDigestInSlices({ bytes, digest }: Digestible): Promise<string> {
  if (digest !== undefined) return digest;
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    if (start > 0) await setImmediate();
    hash.update(bytes.subarray(start, start + sliceBytes));
  }
  return hash.digest('hex');
}
