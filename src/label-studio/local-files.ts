import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isAllowedRoot } from '../core/allowed-root.js';
import { SamIAmError } from '../core/errors.js';

/** The path below the document root that a Label Studio local-files address means; undefined for other addresses. */
export function localFilePath(url: URL): string | undefined {
  return /\/data\/local-files\/?$/.test(url.pathname) ? (url.searchParams.get('d') ?? undefined) : undefined;
}

/**
 * Reads a file below `root`; a path or link that leads out of it is refused. It is opened first and checked then, so
 * that a link that is turned round meanwhile leads nowhere else.
 */
export async function readLocalFile(root: string, relativePath: string, maxBytes: number): Promise<Uint8Array> {
  const realRoot = await realpath(root).catch(() => undefined);
  if (realRoot === undefined) throw missing(relativePath);
  if (!isAllowedRoot(realRoot)) throw outside(relativePath);
  // Opening a named pipe must not wait for a writer.
  const handle = await open(path.resolve(root, relativePath), constants.O_RDONLY | constants.O_NONBLOCK).catch(() => {
    throw missing(relativePath);
  });
  try {
    if (!isBelow(realRoot, await openedPath(handle, root, relativePath))) throw outside(relativePath);
    const stats = await handle.stat();
    if (!stats.isFile()) throw missing(relativePath);
    if (stats.size > maxBytes) throw tooLarge(relativePath, maxBytes);
    return await readAll(handle, stats.size, relativePath);
  } finally {
    await handle.close();
  }
}

function isBelow(root: string, file: string): boolean {
  const inside = path.relative(root, file);
  return inside !== '' && inside.split(path.sep)[0] !== '..' && !path.isAbsolute(inside);
}

/** Where the file that is open lies, links resolved; an empty text where that can't be told. */
async function openedPath(handle: FileHandle, root: string, relativePath: string): Promise<string> {
  const byDescriptor = await realpath(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
  if (byDescriptor !== undefined) return byDescriptor;
  const byName = await realpath(path.resolve(root, relativePath)).catch(() => '');
  const [opened, named] = await Promise.all([handle.stat(), stat(byName).catch(() => undefined)]);
  return named?.ino === opened.ino && named.dev === opened.dev ? byName : '';
}

/** As many bytes as the file had when it was checked, even if it grows. */
async function readAll(handle: FileHandle, size: number, relativePath: string): Promise<Uint8Array> {
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length, length).catch(() => {
      throw missing(relativePath);
    });
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

function outside(relativePath: string): SamIAmError {
  return new SamIAmError('image.forbidden', `"${relativePath}" is outside of LOCAL_FILES_ROOT`, {
    hint: "Set LOCAL_FILES_ROOT to Label Studio's local files document root, and keep images below it.",
  });
}

function tooLarge(relativePath: string, maxBytes: number): SamIAmError {
  return new SamIAmError('image.too_large', `"${relativePath}" has more than ${maxBytes} bytes`, {
    hint: 'Store the micrograph in a smaller format, for instance 8-bit PNG.',
  });
}

function missing(relativePath: string): SamIAmError {
  return new SamIAmError('image.not_found', `there is no file "${relativePath}" below LOCAL_FILES_ROOT`, {
    hint: "Set LOCAL_FILES_ROOT to Label Studio's local files document root, or unset it to fetch local files over HTTP.",
  });
}
