import { join } from 'node:path';
import { SamIAmError } from '../../core/errors.js';
import { cancelled } from '../../painting/turns.js';
import { withLock } from '../../store/process-lock.js';

/** How a lock is waited for. */
export interface LockOptions {
  /** Milliseconds to wait for another training's end. Default: none. */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` unless another process trains the same project already. The lock names its process, so that what a killed one left behind holds up
 * nobody.
 */
export async function withTrainingLock<Value>(
  folder: string,
  work: () => Promise<Value>,
  { patienceMs = 0, signal }: LockOptions = {},
): Promise<Value> {
  return withLock(join(folder, 'training.lock'), work, {
    patienceMs,
    signal,
    held: isTraining,
    withdrawn: cancelled,
  });
}

function isTraining(): SamIAmError {
  return new SamIAmError('capacity.queue_full', 'this project is being trained already', {
    hint: 'Wait until that training has ended; its result is in /versions and sam-i-am profiles list.',
  });
}
