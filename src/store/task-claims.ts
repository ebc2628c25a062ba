import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../core/parse-json.js';
import { diskError } from './disk-error.js';
import { isRunning, ownMark, processMark } from './process-mark.js';
import { takeAway } from './take-away.js';
import { putWhole } from './write-whole.js';

/** What came of asking for a task. `elsewhere`: another process works on it, or one that is gone may just have finished it. */
export type Claimed = 'mine' | 'elsewhere';

/**
 * Who works on which task, so that commands that run at the same time share the tasks instead of doing each twice. One small
 * file per task under way; those of processes that are gone are taken over.
 */
export interface TaskClaims {
  claim(task: number): Promise<Claimed>;
  /** From here on, until it is released, the task's prediction may already be on its way. */
  markPosting(task: number): Promise<void>;
  release(task: number): Promise<void>;
}

/** Tells this process from an earlier one of the same number also where the system does not tell when a process began. */
const thisProcess = randomUUID();

const claimSchema = z.object({
  host: z.string(),
  pid: processMark.shape.pid,
  began: processMark.shape.began.default(null),
  run: z.string(),
  at: z.number(),
  posting: z.boolean(),
});
type Claim = z.infer<typeof claimSchema>;

/** How claims of others are judged, in milliseconds. */
export interface ClaimTimes {
  /** A server may still be storing what a process sent just before it was killed. */
  readonly settleMs?: number;
  /** Of processes on other machines only the age of their claims is known. */
  readonly foreignMs?: number;
}

/** Clocks of machines that share a folder differ by less, unless one is wrong. */
const mostAheadMs = 60_000;

/** Keeps the claims in `folder`, one folder per project and model version. */
export function openTaskClaims(folder: string, times: ClaimTimes = {}): TaskClaims {
  const { settleMs = 10_000, foreignMs = 900_000 } = times;
  const host = hostname();
  const mark = ownMark();
  const fileOf = (task: number) => join(folder, `${task}.claim`);
  const isOver = async (claim: Claim): Promise<boolean> => {
    const age = Date.now() - claim.at;
    // Written by a clock that ran ahead, it says nothing of its age; a task that is done twice is noticed when it is posted.
    if (age < -mostAheadMs) return claim.host !== host || !(await isAlive(claim));
    const gone = claim.host === host ? !(await isAlive(claim)) : age > foreignMs;
    return gone && (!claim.posting || age > settleMs);
  };
  const write = async (task: number, posting: boolean, place: (written: string, file: string) => Promise<void>) => {
    try {
      const claim: Claim = { host, ...(await mark), run: thisProcess, at: Date.now(), posting };
      await putWhole(fileOf(task), (written) => writeFile(written, JSON.stringify(claim)), place);
    } catch (thrown) {
      throw diskError(thrown, folder);
    }
  };
  const take = (task: number): Promise<boolean> =>
    write(task, false, link).then(
      () => true,
      (thrown: unknown) => {
        const { cause } = diskError(thrown, folder);
        if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw thrown;
      },
    );
  const open = once(async () => {
    await mkdir(folder, { recursive: true }).catch((thrown: unknown) => {
      throw diskError(thrown, folder);
    });
    await dropUnfinished(folder);
  });

  return {
    async claim(task) {
      await open();
      if (await take(task)) return 'mine';
      const found = await readFile(fileOf(task), 'utf8').catch(() => undefined);
      if (found !== undefined) {
        // Claims are put in place whole: one that cannot be read was damaged, and would keep its task for ever.
        const other = parseClaim(found);
        if (other !== undefined && !(await isOver(other))) return 'elsewhere';
        if (!(await takeAway(fileOf(task), (text) => text === found))) return 'elsewhere';
      }
      return (await take(task)) ? 'mine' : 'elsewhere';
    },
    markPosting: (task) => write(task, true, rename),
    release: (task) => rm(fileOf(task), { force: true }),
  };
}

async function isAlive(claim: Claim): Promise<boolean> {
  return claim.pid === process.pid ? claim.run === thisProcess : isRunning(claim);
}

function parseClaim(text: string): Claim | undefined {
  return claimSchema.safeParse(parseJson(text)).data;
}

/** A living process needs milliseconds from one step to the next; what is older was left by one that was killed between them. */
const unfinishedMs = 60_000;

async function dropUnfinished(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.part'));
  for (const file of names.map((name) => join(folder, name))) {
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > unfinishedMs) await rm(file, { force: true });
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
