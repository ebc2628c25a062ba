import { JsonScanner, jsonSigns } from '../core/json-scanner.js';

/** Keys that are remembered of one object. */
const mostKeys = 100;
/** Bytes of a key that are looked at. */
const longestKey = 40;

/**
 * The keys of the first object of a text, until `isEnough` says that those so far suffice; only they are in memory, however long the object is.
 */
export async function firstKeys(
  chunks: AsyncIterable<string>,
  isEnough: (key: string) => boolean,
): Promise<readonly string[]> {
  const keys: string[] = [];
  const scanner = new JsonScanner();
  let text: Buffer | undefined;
  for await (const chunk of bytesOf(chunks)) {
    for (let from = 0; from < chunk.length;) {
      const wasInString = scanner.isInString;
      const at = scanner.next(chunk, from, 1);
      const sign = chunk[at];
      if (scanner.depth === 1) {
        if (wasInString && text !== undefined)
          text = Buffer.concat([text, chunk.subarray(from, at)]).subarray(0, longestKey);
        else if (scanner.isInString) text = Buffer.alloc(0);
        else if (sign === jsonSigns.comma) text = undefined;
        else if (sign === jsonSigns.colon && text !== undefined) {
          const key = text.toString();
          keys.push(key);
          if (isEnough(key) || keys.length === mostKeys) return keys;
          text = undefined;
        }
      } else if (scanner.depth === 0 && at < chunk.length && !scanner.isInString) return keys;
      from = at + 1;
    }
  }
  return keys;
}

/** The objects of a text that holds one after the other, as JSON lines do. Throws a SyntaxError for anything else. */
export async function* readJsonObjects(chunks: AsyncIterable<string>): AsyncGenerator {
  const scanner = new JsonScanner();
  let parts: Uint8Array[] = [];
  for await (const chunk of bytesOf(chunks)) {
    let start = 0;
    for (let from = 0; from < chunk.length;) {
      const wasOutside = scanner.depth === 0;
      const at = scanner.next(chunk, from, 0);
      if (wasOutside) {
        const begins = at === chunk.length || chunk[at] === jsonSigns.openObject;
        if (!begins || !isBlank(chunk.subarray(from, at))) {
          throw new SyntaxError('it holds something else than JSON objects, one after the other');
        }
        start = at;
      }
      from = at + 1;
      if (wasOutside || scanner.depth > 0) continue;
      parts.push(chunk.subarray(start, from));
      yield JSON.parse(Buffer.concat(parts).toString());
      parts = [];
    }
    if (scanner.depth > 0) parts.push(chunk.subarray(start));
  }
  if (scanner.depth > 0) throw new SyntaxError('it ends before its last object does');
}

async function* bytesOf(chunks: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** Whether there are only controls, blanks and byte order marks. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte <= 32 || byte === 0xef || byte === 0xbb || byte === 0xbf);
}
