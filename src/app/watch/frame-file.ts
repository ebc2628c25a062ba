import { open, stat } from 'node:fs/promises';

/** How a file ends when it is written whole, for formats that say so. */
const endings = [
  { start: Buffer.from('\x89PNG', 'latin1'), end: Buffer.from('IEND\xaeB`\x82', 'latin1') },
  { start: Buffer.from([0xff, 0xd8]), end: Buffer.from([0xff, 0xd9]) },
  { start: Buffer.from('GIF8'), end: Buffer.from(';') },
] as const;

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
    const start = await read(4, 0);
    const format = endings.find((each) => start.subarray(0, each.start.length).equals(each.start));
    if (format === undefined) return null;
    return (await read(format.end.length, Math.max(0, size - format.end.length))).equals(format.end);
  } finally {
    await file.close();
  }
}
