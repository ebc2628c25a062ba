/** The bytes of JSON that stand for something outside of strings. */
export const jsonSigns = {
  quote: 0x22,
  backslash: 0x5c,
  comma: 0x2c,
  colon: 0x3a,
  openList: 0x5b,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

const { quote, backslash, comma, colon, openList, closeList, openObject, closeObject } = jsonSigns;

/** How a byte outside of strings is taken; all others are passed over. */
const divides = 1;
const opens = 2;
const closes = 3;
const kinds = new Uint8Array(256);
for (const sign of [quote, comma, colon]) kinds[sign] = divides;
for (const sign of [openList, openObject]) kinds[sign] = opens;
for (const sign of [closeList, closeObject]) kinds[sign] = closes;

/** Up to so many bytes of a string it is cheaper to look at each than to call for a search. */
const shortString = 48;

/**
 * Follows the strings and brackets of JSON in UTF-8, piece by piece, and keeps nothing of it: whoever reads a large document takes what it
 * needs of it and parses that. What stands between the signs is not looked at, nor whether brackets belong together.
 */
export class JsonScanner {
  /** Lists and objects that are open after the last sign; below 0 where more were closed than opened. */
  depth = 0;
  isInString = false;
  #isEscaped = false;

  /**
   * The index of the next sign from `from` on, the quotes at both ends of a string among them; the chunk's length where it has none.
   * Commas deeper than `deepestComma` are passed over: masks are long lists of numbers.
   */
  next(chunk: Uint8Array, from: number, deepestComma = Infinity): number {
    let at = from;
    if (this.isInString) {
      at = this.#endOfString(chunk, at);
      if (at < chunk.length) this.isInString = false;
      return at;
    }
    const passesCommas = this.depth > deepestComma;
    for (; at < chunk.length; at++) {
      const sign = chunk[at] as number;
      const kind = kinds[sign];
      if (kind === 0 || (sign === comma && passesCommas)) continue;
      if (kind === opens) this.depth++;
      else if (kind === closes) this.depth--;
      else this.isInString = sign === quote;
      return at;
    }
    return at;
  }

  /** The quote that ends the string, from `from` on; long stretches without one are passed over at once. */
  #endOfString(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      if (this.#isEscaped) {
        this.#isEscaped = false;
        continue;
      }
      at = nextInString(chunk, at);
      if (chunk[at] === quote) return at;
      this.#isEscaped = chunk[at] === backslash;
    }
    return chunk.length;
  }
}

/** Where a string has its next quote or escape. */
function nextInString(chunk: Uint8Array, from: number): number {
  const near = Math.min(chunk.length, from + shortString);
  for (let at = from; at < near; at++) if (chunk[at] === quote || chunk[at] === backslash) return at;
  const end = chunk.indexOf(quote, near);
  const stretch = chunk.subarray(near, end < 0 ? chunk.length : end);
  const escape = stretch.indexOf(backslash);
  return near + (escape < 0 ? stretch.length : escape);
}
