import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Tells a process from every other, also from a later one that was given its number. */
export const processMark = z.object({
  pid: z.number().int().positive(),
  /** When it began, in the system's clock ticks; null where the system does not tell. */
  began: z.string().nullable(),
});

/** What tells a process from another one that later has the same id. */
export type ProcessMark = z.infer<typeof processMark>;

/** The mark of this process. */
export async function ownMark(): Promise<ProcessMark> {
  return { pid: process.pid, began: (await lookUp(process.pid))?.began ?? null };
}

/**
 * Whether the process of a mark still runs. Numbers alone do not tell: a restarted container gives the same ones again, and on Linux
 * every thread of another process has one, too.
 */
export async function isRunning({ pid, began }: ProcessMark): Promise<boolean> {
  const found = await lookUp(pid);
  if (found?.isDead === true) return false;
  if (found !== undefined && began !== null) return found.began === began;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** What Linux says of a process in /proc; undefined if there is none, or no /proc. */
async function lookUp(pid: number): Promise<{ readonly began: string; readonly isDead: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name stands in brackets and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, began] = [fields[0], fields[19]];
  return state === undefined || began === undefined ? undefined : { began, isDead: state === 'Z' || state === 'X' };
}
