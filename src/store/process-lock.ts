import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SamIAmError } from '../core/errors.js';
import { parseJson } from '../core/parse-json.js';
import { isRunning, ownMark, processMark } from './process-mark.js';
import { takeAway } from './take-away.js';
import { putWhole } from './write-whole.js';

/** How a lock is waited for. */
export interface LockOptions {
  /** Milliseconds to wait for whoever has it. */
  readonly patienceMs: number;
  /** What is thrown where that was not enough. */
  readonly held: () => SamIAmError;
  readonly signal?: AbortSignal | undefined;
  /** What is thrown where `signal` says that nobody waits any more. */
  readonly withdrawn?: () => SamIAmError;
}

/** Time between two looks at a lock that somebody holds, in milliseconds: at first, and at most. */
const [firstPauseMs, longestPauseMs] = [2, 200];

/**
 * Runs `work` while no other process, and nothing else in this one, runs work under the same lock, a file. The lock
 * names its process, so that what a killed one left behind holds up nobody. Makes the folder.
 */
export async function withLock<Value>(file: string, work: () => Promise<Value>, options: LockOptions): Promise<Value> {
  const end = performance.now() + options.patienceMs;
  for (let pauseMs = firstPauseMs; !(await take(file)); pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    if (options.signal?.aborted === true) throw (options.withdrawn ?? options.held)();
    if (performance.now() >= end) throw options.held();
    await sleep(pauseMs);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** Whether the lock is this call's now. */
async function take(file: string): Promise<boolean> {
  const own = JSON.stringify(await ownMark());
  if (await place(file, own)) return true;
  const found = await readFile(file, 'utf8').catch(() => '');
  const owner = processMark.safeParse(parseJson(found)).data;
  if (owner !== undefined && (await isRunning(owner))) return false;
  await takeAway(file, (content) => content === found);
  return place(file, own);
}

/** The lock appears with its content, or not at all. */
async function place(file: string, own: string): Promise<boolean> {
  try {
    await putWhole(file, (written) => writeFile(written, own), link);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}
