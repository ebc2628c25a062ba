import { open, stat } from 'node:fs/promises';
import { formatOf, headBytes } from '../../imaging/formats.js';

/** So many last bytes are looked at for a format's ending. */
const tailBytes = 16;

/** What there is to see of a file that may still be being written. */
export interface FrameFile {
  readonly size: number;
  readonly modifiedMs: number;
  /** Null: its format does not say; it is whole when it has not changed for a while. */
  readonly isWhole: boolean | null;
}

/** Looks at a file; undefined if there is none. */
export async function lookAtFrame(path: string): Promise<FrameFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  const { size, mtimeMs: modifiedMs } = found;
  return { size, modifiedMs, isWhole: size === 0 ? false : await endsWell(path, size).catch(() => false) };
}

async function endsWell(path: string, size: number): Promise<boolean | null> {
  const file = await open(path);
  try {
    const read = async (length: number, position: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(headBytes, 0);
    const tail = (await read(tailBytes, Math.max(0, size - tailBytes))).toString('latin1');
    return formatOf(head, size)?.isWhole({ head, tail, size }) ?? null;
  } finally {
    await file.close();
  }
}
