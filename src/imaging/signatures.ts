/** What of a file is looked at to see whether it is all there. */
export interface WholeFile {
  readonly head: Uint8Array;
  /** The last bytes, a character each (Latin 1). */
  readonly tail: string;
  readonly size: number;
}

/** Whether bytes, a character each (Latin 1), stand at a place. */
export function startsWith(head: Uint8Array, signature: string, at = 0): boolean {
  if (head.length < at + signature.length) return false;
  for (let index = 0; index < signature.length; index++) {
    if (head[at + index] !== signature.charCodeAt(index)) return false;
  }
  return true;
}
