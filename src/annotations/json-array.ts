const [quote, backslash, comma, open, close, brace, unbrace] = Array.from('"\\,[]{}', (sign) => sign.charCodeAt(0));

/**
 * The elements of a JSON array, one after the other, from the bytes of a file of any length: only the element at hand is in memory.
 * Throws a SyntaxError for text that is no whole JSON array.
 */
export async function* readJsonArray(chunks: AsyncIterable<Uint8Array>): AsyncGenerator {
  const scanner = new ArrayScanner();
  for await (const chunk of chunks) for (const text of scanner.scan(chunk)) yield JSON.parse(text);
  scanner.finish();
}

/** Cuts the bytes of an array into the texts of its elements by following strings and brackets; what they hold is not looked at. */
class ArrayScanner {
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #isDone = false;
  #hasComma = false;
  #parts: Uint8Array[] = [];

  *scan(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#inString = false;
        continue;
      }
      if (this.#depth === 0) {
        if (isBlank(byte)) continue;
        if (byte !== open || this.#isDone) throw new SyntaxError('the file is no JSON array');
        this.#depth = 1;
        start = at + 1;
      } else if (byte === quote) this.#inString = true;
      else if (byte === open || byte === brace) this.#depth++;
      else if (byte === close || byte === unbrace) this.#depth--;
      const endsArray = this.#depth === 0 && byte === close;
      if (!endsArray && !(this.#depth === 1 && byte === comma)) continue;
      yield* this.#element(chunk.subarray(start, at), endsArray);
      start = at + 1;
      this.#isDone = endsArray;
    }
    if (this.#depth > 0) this.#parts.push(chunk.slice(start));
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
