import { SamIAmError } from '../core/errors.js';

/** What a failed write means to the user: a full disk, or a folder that may not be written to. */
export function diskError(thrown: unknown, folder: string): SamIAmError {
  if (thrown instanceof SamIAmError) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENAMETOOLONG') {
    return new SamIAmError('disk.unwritable', `nothing can be written to ${folder}: the name is too long`, {
      hint: 'Rename the file from which the name comes.',
      cause: thrown,
    });
  }
  const isFull = ['ENOSPC', 'EDQUOT'].includes(code);
  const reason = isFull ? 'the disk is full' : thrown instanceof Error ? thrown.message : String(thrown);
  return new SamIAmError('disk.unwritable', `nothing can be written to ${folder}: ${reason}`, {
    hint: isFull
      ? 'Make room, or choose another folder; then go on with the same command.'
      : 'Choose a folder that may be written to, for instance with DATA_DIR.',
    cause: thrown,
  });
}
