import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { damaged } from './unreadable-file.js';

/** The bytes of a file, of which only those are read that are asked for. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** `length` bytes from `offset` on. Throws {@link UnreadableFile} where the file ends before that; allocates nothing then. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The same at once, for a library that can't wait; never on a thread that others wait for. */
  readSync(offset: number, length: number): Uint8Array;
}

/** A file that is in memory already: what is read are windows of it, not copies. */
export function sourceOfBytes(file: Uint8Array): ByteSource {
  // Without Buffer's methods, some of which do other than those of typed arrays.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const readNow = (offset: number, length: number): Uint8Array => {
    checkRange(bytes.length, offset, length);
    return bytes.subarray(offset, offset + length);
  };
  return {
    size: bytes.length,
    readSync: readNow,
    read: (offset, length) => Promise.resolve().then(() => readNow(offset, length)),
  };
}

/** A file on disk, opened by its caller, who closes it, too. */
export async function sourceOfFile(file: FileHandle): Promise<ByteSource> {
  const { size } = await file.stat();
  return {
    size,
    readSync(offset, length) {
      checkRange(size, offset, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const count = readSync(file.fd, bytes, done, length - done, offset + done);
        if (count === 0) throw damaged('it became shorter while it was read');
        done += count;
      }
      return bytes;
    },
    async read(offset, length) {
      checkRange(size, offset, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw damaged('it became shorter while it was read');
        done += bytesRead;
      }
      return bytes;
    },
  };
}

/** The first bytes, fewer where there are no more. */
export function readHead(source: ByteSource, length: number): Promise<Uint8Array> {
  return source.read(0, Math.min(length, source.size));
}

function checkRange(size: number, offset: number, length: number): void {
  const isInside = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!isInside || offset + length > size) throw damaged('it ends before its data does');
}

/** The bytes of a source as numbers of either byte order. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
