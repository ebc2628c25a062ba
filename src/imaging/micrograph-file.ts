import { type FileHandle, lstat, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { failure, type Result } from '../core/result.js';
import { sourceOfFile } from './byte-source.js';
import { type DecodedMicrograph, decodeMicrograph, type DecodeOptions } from './decode-micrograph.js';
import { openImage } from './formats.js';

/** A micrograph that lies on this machine's disk: only what is needed of it is read. */
export interface MicrographFile {
  readonly path: string;
}

/** Decodes one image of a file on disk: see {@link decodeMicrograph}. What the system says of the file is told in its own words. */
export async function decodeMicrographFile(
  { path }: MicrographFile,
  options: DecodeOptions,
): Promise<Result<DecodedMicrograph, SamIAmError>> {
  try {
    return await withFile(path, async (file) => decodeMicrograph(basename(path), await sourceOfFile(file), options));
  } catch (thrown) {
    return failure(await fileError(path, thrown));
  }
}

/** How many images a file holds; 1 for one that can't be read, whose fault is told when it is decoded. */
export async function countFrames(path: string): Promise<number> {
  try {
    return await withFile(path, async (file) => (await openImage(await sourceOfFile(file))).frames.length);
  } catch {
    return 1;
  }
}

async function withFile<Value>(path: string, use: (file: FileHandle) => Promise<Value>): Promise<Value> {
  const file = await open(path);
  try {
    if ((await file.stat()).isDirectory()) throw unreadable(path, 'it is a folder', 'Give the files in it.');
    return await use(file);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, reason: string, hint: string, cause?: unknown): SamIAmError {
  return new SamIAmError('image.unreadable', `${basename(path)} can't be read: ${reason}`, { hint, cause });
}

/** What the system says of a file that can't be opened. Node shows a name that is no UTF-8 with the character for what can't be shown. */
async function fileError(path: string, thrown: unknown): Promise<SamIAmError> {
  if (thrown instanceof SamIAmError) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  const told = (reason: string, hint: string): SamIAmError => unreadable(path, reason, hint, thrown);
  switch (code) {
    case 'ENOENT': {
      const isLink = await lstat(path).then((found) => found.isSymbolicLink()).catch(() => false); // prettier-ignore
      if (isLink) return told('it is a link to a file that is not there', 'Mend the link, or remove it.');
      if (path.includes('\ufffd')) return told('its name is no UTF-8', 'Rename the file.');
      return told('there is no such file', 'Look for it, or remove it from the command.');
    }
    case 'EISDIR':
      return told('it is a folder', 'Give the files in it.');
    case 'EACCES':
    case 'EPERM':
      return told('this user may not read it', 'Give read permission, or run as a user that has it.');
    case 'ELOOP':
      return told('it is a link that leads back to itself', 'Mend the link, or remove it.');
    case 'ENAMETOOLONG':
      return told('its name is too long', 'Rename the file.');
    case 'EIO':
      return told('the disk has a fault there', 'Copy the file anew from where it was written.');
    default:
      return asSamIAmError(thrown);
  }
}
