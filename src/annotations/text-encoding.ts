import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';

/** Encodings of text that a byte order mark tells. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The JSON of a file in UTF-8 or UTF-16, with or without a byte order mark. Throws a SyntaxError for text that is none. */
export async function readJsonFile(path: string): Promise<unknown> {
  const bytes = await readFile(path);
  return JSON.parse(new TextDecoder(encodingOf(bytes)).decode(bytes));
}

/** The text of a file of any length, piece by piece, without a byte order mark. */
export async function* readTextPieces(path: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder !== undefined) yield decoder.decode();
}

/** The first sign of a file that is no blank; undefined for none among the first 256. */
export async function firstSign(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    const bytes = buffer.subarray(0, bytesRead);
    return new TextDecoder(encodingOf(bytes)).decode(bytes).trim()[0];
  } finally {
    await file.close();
  }
}

function encodingOf([first, second]: Uint8Array): TextEncoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
