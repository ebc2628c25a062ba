import { cancelled } from '../turns.js';

/** A word in memory that the HTTP thread and a worker share: not 0 means that nobody waits for the work any more. */
export type CancelFlag = Int32Array<SharedArrayBuffer>;

/** A flag that is raised when the signal is. */
export function cancelFlag(signal: AbortSignal | undefined): CancelFlag {
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const raise = () => void Atomics.store(flag, 0, 1);
  if (signal?.aborted === true) raise();
  signal?.addEventListener('abort', raise, { once: true });
  return flag;
}

/** Ends work that was withdrawn; called between the steps of the pipeline, so that a worker keeps its models. */
export function stopIfCancelled(flag: CancelFlag | undefined): void {
  if (flag !== undefined && Atomics.load(flag, 0) !== 0) throw cancelled();
}
