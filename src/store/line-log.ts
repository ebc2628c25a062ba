import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SamIAmError } from '../core/errors.js';
import { parseJson } from '../core/parse-json.js';
import { diskError } from './disk-error.js';
import { withLock } from './process-lock.js';
import { sealedLine, unsealed } from './sealed-line.js';
import { writeDurably } from './write-whole.js';

/** What a log holds. */
export interface LogContent {
  /** JSON values, oldest first. */
  readonly entries: readonly unknown[];
  /** Lines that were cut off or altered: left out. */
  readonly damaged: number;
  readonly bytes: number;
}

/** A file of JSON values, a line each with its checksum, that any number of processes append to. */
export interface LineLog {
  read(): Promise<LogContent>;
  /**
   * Resolves when all of them are on the disk. `disk.unwritable` where there is no room: then none counts as kept, and
   * nothing else is lost.
   */
  append(entries: readonly unknown[]): Promise<void>;
  /** Puts what `shrink` keeps of the log in its place; appends of other processes wait meanwhile. */
  compact(shrink: (content: LogContent) => readonly unknown[]): Promise<void>;
}

/** Milliseconds; each process has the lock for some milliseconds. */
const patienceMs = 10_000;

/** The log in `file`, which is made with the first entry. */
export function openLineLog(file: string): LineLog {
  const alone = <Value>(work: () => Promise<Value>): Promise<Value> =>
    withLock(`${file}.lock`, work, { patienceMs, held: () => isHeld(file) }).catch((thrown: unknown) => {
      throw diskError(thrown, dirname(file));
    });
  const read = async (): Promise<LogContent> => parseLog(await readFile(file, 'utf8').catch(() => ''));
  return {
    read,
    append: (entries) => alone(() => appendDurably(file, entries.map(lineOf).join(''))),
    compact: (shrink) =>
      alone(async () =>
        writeDurably(
          file,
          shrink(await read())
            .map(lineOf)
            .join(''),
        ),
      ),
  };
}

function lineOf(entry: unknown): string {
  return sealedLine(JSON.stringify(entry));
}

/** Logs of earlier versions have lines of JSON without a checksum. */
function parseLog(text: string): LogContent {
  const entries: unknown[] = [];
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const entry = parseJson(unsealed(line) ?? (line.endsWith('}') ? line : ''));
    if (entry === undefined) damaged++;
    else entries.push(entry);
  }
  return { entries, damaged, bytes: text.length };
}

async function appendDurably(file: string, lines: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a');
  try {
    await handle.appendFile(lines);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function isHeld(file: string): SamIAmError {
  return new SamIAmError('disk.unwritable', `another process has held ${file}.lock for ${patienceMs / 1000} s`, {
    hint: 'If no other sam-i-am uses this DATA_DIR, remove that file.',
  });
}
