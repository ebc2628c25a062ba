import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { SamIAmError } from '../core/errors.js';

/** The path below the document root that a Label Studio local-files address means; undefined for other addresses. */
export function localFilePath(url: URL): string | undefined {
  return /\/data\/local-files\/?$/.test(url.pathname) ? (url.searchParams.get('d') ?? undefined) : undefined;
}

/** Reads a file below `root`; a path or link that leads out of it is refused. */
export async function readLocalFile(root: string, relativePath: string, maxBytes: number): Promise<Uint8Array> {
  const [realRoot, file] = await Promise.all([
    realpath(root).catch(() => undefined),
    realpath(path.resolve(root, relativePath)).catch(() => undefined),
  ]);
  if (realRoot === undefined || file === undefined) throw missing(relativePath);
  const inside = path.relative(realRoot, file);
  if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) {
    throw new SamIAmError('image.forbidden', `"${relativePath}" is outside of LOCAL_FILES_ROOT`, {
      hint: "Set LOCAL_FILES_ROOT to Label Studio's local files document root, and keep images below it.",
    });
  }
  const { size } = await stat(file);
  if (size > maxBytes) {
    throw new SamIAmError('image.too_large', `"${relativePath}" has more than ${maxBytes} bytes`, {
      hint: 'Store the micrograph in a smaller format, for instance 8-bit PNG.',
    });
  }
  return readFile(file).catch(() => Promise.reject(missing(relativePath)));
}

function missing(relativePath: string): SamIAmError {
  return new SamIAmError('image.not_found', `there is no file "${relativePath}" below LOCAL_FILES_ROOT`, {
    hint: "Set LOCAL_FILES_ROOT to Label Studio's local files document root, or unset it to fetch local files over HTTP.",
  });
}
