const [quote, backslash, brace, unbrace, open, close, colon, comma, mark] = Array.from('"\\{}[]:,\uFEFF', (sign) =>
  sign.charCodeAt(0),
);

/** Keys that are remembered of one object. */
const mostKeys = 100;
/** Signs of a key that are looked at. */
const longestKey = 40;

/**
 * The keys of the first object of a text, until `isEnough` says that those so far suffice; only they are in memory, however long the object is.
 */
export async function firstKeys(
  chunks: AsyncIterable<string>,
  isEnough: (key: string) => boolean,
): Promise<readonly string[]> {
  const keys: string[] = [];
  const follow = new Follower();
  let text: string | undefined;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at++) {
      const sign = chunk.charCodeAt(at);
      const wasInString = follow.isInString;
      follow.take(sign);
      if (follow.depth === 1 && follow.isInString) {
        if (!wasInString) text = '';
        else if (text !== undefined && text.length < longestKey) text += chunk.charAt(at);
      } else if (sign === colon && follow.depth === 1 && text !== undefined) {
        keys.push(text);
        if (isEnough(text) || keys.length === mostKeys) return keys;
        text = undefined;
      } else if (sign === comma) text = undefined;
      if (follow.isDone) return keys;
    }
  }
  return keys;
}

/** The objects of a text that holds one after the other, as JSON lines do. Throws a SyntaxError for anything else. */
export async function* readJsonObjects(chunks: AsyncIterable<string>): AsyncGenerator {
  let follow = new Follower();
  let parts: string[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const sign = chunk.charCodeAt(at);
      if (follow.depth === 0 && !follow.isDone && (sign <= 32 || sign === mark)) start = at + 1;
      else if (follow.depth === 0 && sign !== brace)
        throw new SyntaxError('it holds something else than JSON objects, one after the other');
      else follow.take(sign);
      if (!follow.isDone) continue;
      parts.push(chunk.slice(start, at + 1));
      yield JSON.parse(parts.join(''));
      [start, parts, follow] = [at + 1, [], new Follower()];
    }
    if (follow.depth > 0) parts.push(chunk.slice(start));
  }
  if (follow.depth > 0) throw new SyntaxError('it ends before its last object does');
}

/** Follows strings and brackets; what they hold is not looked at. */
class Follower {
  depth = 0;
  isInString = false;
  /** The first object has ended. */
  isDone = false;
  #isEscaped = false;

  take(sign: number): void {
    if (this.isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (sign === backslash) this.#isEscaped = true;
      else if (sign === quote) this.isInString = false;
    } else if (sign === quote) this.isInString = true;
    else if (sign === brace || sign === open) this.depth++;
    else if (sign === unbrace || sign === close) this.isDone = --this.depth === 0;
  }
}
