import path from 'node:path';
import { z } from 'zod';
import { type LogContent, openLineLog } from './line-log.js';

const hintLine = z.object({ n: z.int().positive(), project: z.string(), action: z.string() });
const settledLine = z.object({ settled: z.string(), upTo: z.int().nonnegative() });
const lineSchema = z.union([hintLine, settledLine]);

/** What a webhook says: that something happened in a project. */
export interface Hint {
  readonly project: string;
  readonly action: string;
}

/**
 * Webhooks come once, in any order, several times or not at all, and from anyone. So only this is kept of them: that a project must be looked at.
 * Hints of one project that wait are one.
 */
export interface HintInbox {
  /** Lines of the log that could not be read when it was opened. */
  readonly damaged: number;
  /** Resolves when the hint would outlive the machine. */
  note(hint: Hint): Promise<void>;
  /** Projects with hints that were not settled, and the number of the last one. */
  waiting(): ReadonlyMap<string, number>;
  /** What was noted of a project up to a number is done. */
  settle(project: string, upTo: number): Promise<void>;
  close(): Promise<void>;
}

/** A log that has grown beyond this is emptied of what is settled. */
const mostBytes = 1 << 20;

/**
 * Opens the log `folder/webhooks.jsonl`, which several servers may share. Hints that come at the same time go to the
 * disk together. Numbers follow the clock, so that a look of one server settles what any server had noted before.
 */
export async function openHintInbox(folder: string): Promise<HintInbox> {
  const log = openLineLog(path.join(folder, 'webhooks.jsonl'));
  const found = await log.read();
  const waiting = waitingIn(found.entries);
  // What was settled is left behind.
  if (found.entries.length > waiting.size || found.damaged > 0) await log.compact(unsettled);
  let last = Math.max(0, ...waiting.values());
  let bytes = 0;
  let lines: object[] = [];
  let writing: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    const batch = lines;
    lines = [];
    writing = undefined;
    await log.append(batch);
    bytes += JSON.stringify(batch).length;
    if (bytes <= mostBytes) return;
    bytes = 0;
    await log.compact(unsettled);
  };
  let flushed = Promise.resolve();
  const append = (line: object): Promise<void> => {
    lines.push(line);
    writing ??= flushed = flushed.catch(() => undefined).then(flush);
    return writing;
  };
  const next = (): number => (last = Math.max(last + 1, Date.now() * numbersPerMs));

  return {
    damaged: found.damaged,
    async note({ project, action }) {
      const n = next();
      waiting.set(project, n);
      await append({ n, at: new Date().toISOString(), project, action });
    },
    waiting: () => new Map(waiting),
    async settle(project, upTo) {
      const newest = waiting.get(project);
      if (newest === undefined) return;
      if (newest <= upTo) waiting.delete(project);
      await append({ settled: project, upTo });
    },
    async close() {
      await flushed.catch(() => undefined);
    },
  };
}

/** Two hints of one millisecond have numbers of their own. */
const numbersPerMs = 100;

function waitingIn(entries: readonly unknown[]): Map<string, number> {
  const waiting = new Map<string, number>();
  for (const entry of entries) {
    const parsed = lineSchema.safeParse(entry).data;
    if (parsed === undefined) continue;
    if ('n' in parsed) waiting.set(parsed.project, parsed.n);
    else if ((waiting.get(parsed.settled) ?? Infinity) <= parsed.upTo) waiting.delete(parsed.settled);
  }
  return waiting;
}

function unsettled({ entries }: LogContent): readonly unknown[] {
  return [...waitingIn(entries)].map(([project, n]) => ({ n, project, action: 'kept' }));
}
