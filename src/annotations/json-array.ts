import { JsonScanner, jsonSigns } from '../core/json-scanner.js';

/**
 * The elements of a JSON array, one after the other, from the bytes of a file of any length: only the element at hand is in memory.
 * Throws a SyntaxError for text that is no whole JSON array.
 */
export async function* readJsonArray(chunks: AsyncIterable<Uint8Array>): AsyncGenerator {
  const cutter = new ArrayCutter();
  for await (const chunk of chunks) for (const text of cutter.cut(chunk)) yield JSON.parse(text);
  cutter.finish();
}

/** Cuts the bytes of an array into the texts of its elements; what they hold is not looked at. */
class ArrayCutter {
  readonly #scanner = new JsonScanner();
  #isDone = false;
  #hasComma = false;
  #parts: Uint8Array[] = [];

  *cut(chunk: Uint8Array): Generator<string> {
    const scanner = this.#scanner;
    let start = 0;
    for (let from = 0; from < chunk.length;) {
      const wasOutside = scanner.depth === 0 && !scanner.isInString;
      const at = scanner.next(chunk, from, 1);
      const sign = chunk[at];
      if (wasOutside) {
        const begins = at === chunk.length || (sign === jsonSigns.openList && !this.#isDone);
        if (!begins || !chunk.subarray(from, at).every(isBlank)) throw new SyntaxError('the file is no JSON array');
        start = at + 1;
      }
      from = at + 1;
      const endsArray = scanner.depth === 0 && sign === jsonSigns.closeList;
      if (!endsArray && !(scanner.depth === 1 && sign === jsonSigns.comma)) continue;
      yield* this.#element(chunk.subarray(start, at), endsArray);
      start = from;
      this.#isDone = endsArray;
    }
    if (scanner.depth > 0) this.#parts.push(chunk.slice(start));
  }

  /** An empty element is fine only where the array ends without any. */
  *#element(last: Uint8Array, endsArray: boolean): Generator<string> {
    const text = Buffer.concat([...this.#parts, last])
      .toString()
      .trim();
    this.#parts = [];
    if (text !== '' || !endsArray || this.#hasComma) yield text;
    this.#hasComma = true;
  }

  finish(): void {
    if (!this.#isDone) throw new SyntaxError('the file ends before its JSON array does');
  }
}

function isBlank(byte: number): boolean {
  // The byte order mark that some editors put before everything counts as blank.
  return byte === 32 || (byte >= 9 && byte <= 13) || byte === 0xef || byte === 0xbb || byte === 0xbf;
}
