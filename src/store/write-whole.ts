import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The name of a file that is being made: beside its place, so that a rename puts it there at once, hidden, and no other process's or
 * call's. It ends in `.part`.
 */
export function unfinishedName(file: string): string {
  const mark = `${process.pid}-${randomBytes(4).toString('hex')}`;
  return path.join(path.dirname(file), `.${path.basename(file)}.${mark}.part`);
}

/**
 * The one way in which whole files come to be: made under another name, then put in place, so that readers see all of it or nothing,
 * and what was there before stays until then. Makes the folder. `place` is `rename`, or `link` where a file that is there must stay.
 */
export async function putWhole(
  file: string,
  make: (unfinished: string) => Promise<void>,
  place: (unfinished: string, file: string) => Promise<void> = rename,
): Promise<void> {
  const unfinished = unfinishedName(file);
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await make(unfinished);
    await place(unfinished, file);
  } finally {
    // Half a file would only take up what room there is.
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}

/** Writes a file whole or not at all; when the machine stops it may be as it was before. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await putWhole(file, (unfinished) => writeFile(unfinished, content));
}

/** Writes a file whole or not at all, and returns when it would outlive the machine: the content and the name are on the disk. */
export async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  await putWhole(file, (unfinished) => writeSynced(unfinished, content));
  await syncFolder(path.dirname(file));
}

async function writeSynced(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Not every file system lets folders be opened; then the rename is as durable as it gets. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
