/**
 * Why a file can't be read as a micrograph, in words for its owner: `message` goes after "NAME can't be read as an image: ", `hint` is the
 * way out where it is another than to give a file that is whole.
 */
export class UnreadableFile extends Error {
  readonly hint: string | undefined;

  constructor(reason: string, hint?: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'UnreadableFile';
    this.hint = hint;
  }
}

/** What to do about a file that is not what its writer wrote. */
export const copyAnew = 'Copy the file anew from where it was written.';

/** A file that contradicts itself or ends too early. */
export function damaged(what: string): UnreadableFile {
  return new UnreadableFile(
    `the file is damaged or cut off (${what})`,
    'Copy the file anew from where it was written.',
  );
}
