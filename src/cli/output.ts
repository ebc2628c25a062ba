import { mkdir } from 'node:fs/promises';
import { SamIAmError } from '../core/errors.js';
import { printable } from '../core/printable.js';

/** Results go to standard output, everything else to standard error. On a terminal, what names carry is shown escaped. */
export function writeLine(line: string): void {
  process.stdout.write(`${process.stdout.isTTY ? printable(line) : line}\n`);
}

/** One JSON value as a line of standard output. */
export function writeJsonLine(value: unknown): void {
  writeLine(JSON.stringify(value));
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
