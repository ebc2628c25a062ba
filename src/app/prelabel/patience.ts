import { setTimeout as sleep } from 'node:timers/promises';
import { asSamIAmError, type ErrorCode, type SamIAmError } from '../../core/errors.js';

/** How long and how loudly to wait for a server that does not answer. */
export interface Patience {
  /** Longest time without a success, in milliseconds. */
  readonly longestMs: number;
  /** The first wait; each next one is twice as long, up to 30 s. */
  readonly firstWaitMs?: number;
  /** Told once per wait. */
  readonly onWait: (reason: SamIAmError, seconds: number) => void;
  readonly signal: AbortSignal;
  /** The one failure that is waited for; unset: also images that take too long. */
  readonly only?: ErrorCode;
}

const mostWaitMs = 30_000;

/** Repeats `work` while the server does not answer; every other failure, and the end of the patience, is thrown. */
export async function withPatience<Value>(work: () => Promise<Value>, patience: Patience): Promise<Value> {
  const { longestMs, firstWaitMs = 1_000, onWait, signal, only } = patience;
  const end = Date.now() + longestMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, mostWaitMs)) {
    try {
      return await work();
    } catch (thrown) {
      const error = asSamIAmError(thrown);
      if (!(only === undefined ? isPassing(error) : error.code === only) || signal.aborted || Date.now() + waitMs > end)
        throw error;
      onWait(error, waitMs / 1000);
      await sleep(waitMs, undefined, { signal }).catch(() => Promise.reject(error));
    }
  }
}

/** Hosts of images that are slow may be well again, too. */
function isPassing({ code }: SamIAmError): boolean {
  return code === 'label_studio.unreachable' || code === 'image.timeout';
}
