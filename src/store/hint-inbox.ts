import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../core/parse-json.js';
import { writeDurably } from './write-whole.js';

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
  /** Resolves when the hint would outlive the machine. */
  note(hint: Hint): Promise<void>;
  /** Projects with hints that were not settled, and the number of the last one. */
  waiting(): ReadonlyMap<string, number>;
  /** What was noted of a project up to a number is done. */
  settle(project: string, upTo: number): Promise<void>;
  close(): Promise<void>;
}

/** A log that has grown beyond this is emptied as soon as nothing waits. */
const mostBytes = 1 << 20;

/** Opens the log `folder/webhooks.jsonl`. Hints that come at the same time go to the disk together. */
export async function openHintInbox(folder: string): Promise<HintInbox> {
  const file = path.join(folder, 'webhooks.jsonl');
  await mkdir(folder, { recursive: true });
  const waiting = await readWaiting(file);
  // What was settled is left behind.
  const left = [...waiting].map(([project, n]) => `${JSON.stringify({ n, project, action: 'kept' })}\n`);
  await writeDurably(file, left.join(''));
  const handle = await open(file, 'a');
  let last = Math.max(0, ...waiting.values());
  let bytes = 0;
  let lines: string[] = [];
  let writing: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    const batch = lines.join('');
    lines = [];
    writing = undefined;
    if (waiting.size === 0 && bytes > mostBytes) {
      await handle.truncate(0);
      bytes = 0;
    }
    await handle.appendFile(batch);
    await handle.datasync();
    bytes += batch.length;
  };
  let flushed = Promise.resolve();
  const append = (line: object): Promise<void> => {
    lines.push(`${JSON.stringify(line)}\n`);
    writing ??= flushed = flushed.catch(() => undefined).then(flush);
    return writing;
  };

  return {
    async note({ project, action }) {
      const n = ++last;
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
      await handle.close();
    },
  };
}

async function readWaiting(file: string): Promise<Map<string, number>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const waiting = new Map<string, number>();
  for (const line of text.split('\n')) {
    const parsed = lineSchema.safeParse(parseJson(line)).data;
    if (parsed === undefined) continue;
    if ('n' in parsed) waiting.set(parsed.project, parsed.n);
    else if ((waiting.get(parsed.settled) ?? Infinity) <= parsed.upTo) waiting.delete(parsed.settled);
  }
  return waiting;
}
