/** What the operating system says of a file, in words: the reason, and the way out. */
export interface SystemReason {
  readonly reason: string;
  readonly hint: string;
}

const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['is not there; if it is a link, what it points to is gone', 'Correct the name or the link.'],
  ENOTDIR: ['is not there: a part of its path is a file, not a folder', 'Correct the path.'],
  EISDIR: ['is a folder, not a file', 'Give the files in it.'],
  EACCES: ['may not be opened by this user', 'Change its permissions, or run as a user who may.'],
  EPERM: ['may not be opened by this user', 'Change its permissions, or run as a user who may.'],
  ENAMETOOLONG: ['has a longer name than the file system takes', 'Give it a shorter name.'],
  ELOOP: ['is a link that leads back to itself', 'Correct the link.'],
  EMFILE: ['can not be opened: too many files are open', 'Raise the limit of open files (ulimit -n).'],
  EIO: ['can not be read from its disk', 'Copy it to another disk.'],
  ENOSPC: ['can not be written: the disk is full', 'Make room, then run the same command again.'],
  EROFS: ['can not be written: the disk is read-only', 'Choose another folder.'],
  ENXIO: ['is no ordinary file', 'Give a file.'],
};

/** Reads an error of the operating system about a file; undefined for any other. `path` where the error names it. */
export function systemReason(thrown: unknown): (SystemReason & { readonly path: string | undefined }) | undefined {
  // Not by class: errors of another realm, or of a worker, are none of this one's.
  if (typeof thrown !== 'object' || thrown === null || !('syscall' in thrown) || !('code' in thrown)) return undefined;
  const known = reasons[String(thrown.code)];
  if (known === undefined) return undefined;
  const path = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : undefined;
  // Node puts this sign where the bytes of a name are none in UTF-8; such a name finds nothing.
  if (thrown.code === 'ENOENT' && path?.includes('\uFFFD') === true) {
    return { reason: 'has a name that is not UTF-8', hint: 'Rename it, for instance with convmv.', path };
  }
  const [reason, hint] = known;
  return { reason, hint, path };
}
