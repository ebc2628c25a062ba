import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../core/parse-json.js';
import { writeWhole } from './write-whole.js';

const announcedSchema = z.object({
  /** The command that works there, for instance `prelabel`. */
  command: z.string(),
  host: z.string(),
  pid: z.number(),
  /** Milliseconds since 1970 when this was written. */
  at: z.number(),
  waiting: z.number(),
  running: z.number(),
  done: z.number(),
  failed: z.number(),
  /** Jobs done in the last minute. */
  perMinute: z.number(),
  /** When it began to count; ISO 8601. */
  ownSince: z.string().nullable(),
});

/** What a process tells of the queue of its own. */
export type AnnouncedQueue = Readonly<z.infer<typeof announcedSchema>>;

type Figures = Omit<AnnouncedQueue, 'command' | 'host' | 'pid' | 'at'>;

/** Commands write so often; what is older than three times that is of a process that is gone. */
const announceMs = 2_000;
const staleMs = 3 * announceMs;

const folderIn = (dataDir: string): string => join(dataDir, 'queues');

/**
 * Tells of this process's queue in the data folder until it is stopped, so that the server's page of jobs knows of it. A disk that takes
 * nothing is no reason to stop working.
 */
export function announceQueue(
  dataDir: string,
  command: string,
  figures: () => Promise<Figures>,
): { readonly stop: () => Promise<void> } {
  const { pid } = process;
  const file = join(folderIn(dataDir), `${hostname()}-${pid}.json`);
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const announced: AnnouncedQueue = { command, host: hostname(), pid, at: Date.now(), ...(await figures()) };
    await writeWhole(file, JSON.stringify(announced));
  };
  const announce = (): void => {
    writing = writing.then(write).catch(() => undefined);
  };
  announce();
  const timer = setInterval(announce, announceMs);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await writing;
    await rm(file, { force: true }).catch(() => undefined);
  };
  return { stop };
}

/** The queues of other processes that use the same data folder, and were heard of lately. */
export async function readAnnouncedQueues(dataDir: string, now = Date.now()): Promise<AnnouncedQueue[]> {
  const folder = folderIn(dataDir);
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^[^.].*\.json$/.test(name)).sort();
  const read = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      return announcedSchema.safeParse(parseJson(text)).data ?? [];
    }),
  );
  return read.flat().filter(({ at }) => Math.abs(now - at) <= staleMs);
}
