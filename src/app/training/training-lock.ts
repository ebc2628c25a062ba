import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SamIAmError } from '../../core/errors.js';

/**
 * Runs `work` unless another process trains the same project already. The lock names its process, so that what a killed one left behind holds up
 * nobody.
 */
export async function withTrainingLock<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  const path = join(folder, 'training.lock');
  await mkdir(folder, { recursive: true });
  await take(path, 0);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

const mostAttempts = 3;

async function take(path: string, attempt: number): Promise<void> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
  } catch (thrown) {
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (attempt >= mostAttempts || (owner > 0 && owner !== process.pid && isAlive(owner))) throw isTraining(thrown);
    await rm(path, { force: true });
    await take(path, attempt + 1);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'EPERM';
  }
}

function isTraining(cause: unknown): SamIAmError {
  return new SamIAmError('capacity.queue_full', 'this project is being trained already', {
    hint: 'Wait until that training has ended; its result is in /versions and sam-i-am profiles list.',
    cause,
  });
}
