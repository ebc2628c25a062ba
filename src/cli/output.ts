import { mkdir } from 'node:fs/promises';
import { SamIAmError } from '../core/errors.js';
import { printable, printableJson } from '../core/printable.js';

/*
 * The one place that writes: results to standard output, everything else to standard error, each line as a terminal may
 * show it. ESLint refuses process.stdout and process.stderr elsewhere.
 */

/** Where messages go. */
export const messages: NodeJS.WriteStream = process.stderr;

/** A result. On a terminal, what names carry is shown escaped; into files and pipes it goes as it is. */
export function writeLine(line: string): void {
  process.stdout.write(`${process.stdout.isTTY ? printable(line) : line}\n`);
}

/** A result as one line of JSON. */
export function writeJsonLine(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value))}\n`);
}

/** A message: one line, whatever the names in it carry. */
export function say(line: string, stream: NodeJS.WritableStream = messages): void {
  stream.write(`${printable(line)}\n`);
}

/** What to do when nobody takes results or messages any more, or when there is no room for them. */
export interface LostOutput {
  readonly onResults: (thrown: NodeJS.ErrnoException) => void;
  readonly onMessages: () => void;
}

/** Without this, a reader who stops (`| head`) or a full disk would end the process with a trace. */
export function watchOutput({ onResults, onMessages }: LostOutput): void {
  process.stdout.on('error', onResults);
  messages.on('error', onMessages);
}

/** Makes the folder for results if it does not exist; `usage.invalid` if that is not allowed. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new SamIAmError('usage.invalid', `the folder ${path} can't be made`, {
      hint: 'Give --out a folder that you may write to.',
      cause,
    });
  });
}
