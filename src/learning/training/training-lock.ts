import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SamIAmError } from '../../core/errors.js';
import { parseJson } from '../../core/parse-json.js';
import { cancelled } from '../../painting/turns.js';
import { isRunning, ownMark, processMark } from '../../store/process-mark.js';
import { takeAway } from '../../store/take-away.js';
import { putWhole } from '../../store/write-whole.js';

/** How a lock is waited for. */
export interface LockOptions {
  /** Milliseconds to wait for another training's end. Default: none. */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Time between two looks at a lock that somebody holds. */
const pauseMs = 200;

/**
 * Runs `work` unless another process trains the same project already. The lock names its process, so that what a killed one left behind holds up
 * nobody.
 */
export async function withTrainingLock<Value>(
  folder: string,
  work: () => Promise<Value>,
  { patienceMs = 0, signal }: LockOptions = {},
): Promise<Value> {
  const path = join(folder, 'training.lock');
  await mkdir(folder, { recursive: true });
  const end = performance.now() + patienceMs;
  while (!(await take(path))) {
    if (signal?.aborted === true) throw cancelled();
    if (performance.now() >= end) throw isTraining();
    await sleep(pauseMs);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Whether the lock is this process's now. */
async function take(path: string): Promise<boolean> {
  const own = JSON.stringify(await ownMark());
  if (await place(path, own)) return true;
  const found = await readFile(path, 'utf8').catch(() => '');
  const owner = processMark.safeParse(parseJson(found)).data;
  if (owner !== undefined && (await isRunning(owner))) return false;
  await takeAway(path, (content) => content === found);
  return place(path, own);
}

/** The lock appears with its content, or not at all. */
async function place(path: string, own: string): Promise<boolean> {
  try {
    await putWhole(path, (written) => writeFile(written, own), link);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

function isTraining(): SamIAmError {
  return new SamIAmError('capacity.queue_full', 'this project is being trained already', {
    hint: 'Wait until that training has ended; its result is in /versions and sam-i-am profiles list.',
  });
}
