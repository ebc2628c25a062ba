import { SamIAmError } from '../core/errors.js';

/*
 * Label Studio sends every task with all its annotations, predictions and drafts: hundreds of megabytes of brush numbers that a
 * prediction does not need. Parsing them at once would hold up health checks for seconds, so the text is sifted byte by byte
 * as it arrives: what is not needed is never kept, and each task is parsed by itself.
 */

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Bytes that change the state outside of a string; all others are passed over. */
const structural = new Uint8Array(256);
for (const byte of [quote, comma, colon, openBracket, closeBracket, openBrace, closeBrace]) structural[byte] = 1;

/** Up to so many bytes it is cheaper to look at each than to call for a search. */
const shortString = 48;
/** Names longer than this are never one of those looked for. */
const longestName = 32;
const deepest = 512;
/** Depth of the names of the body, and of those of a task. */
const bodyDepth = 1;
const tasksDepth = 2;
const taskDepth = 3;

/** Bytes of JSON outside of texts that are parsed at once: numbers and lists take far longer than texts do. */
const mostOutsideTexts = 8 * 2 ** 20;

/** What is not kept of each task. */
const unneeded: ReadonlySet<string> = new Set(['annotations', 'predictions', 'drafts']);

/** Bounds of a body with tasks. */
export interface TaskBounds {
  /** Bytes that may remain of it. */
  readonly mostKept: number;
  readonly mostTasks: number;
}

/** Reads a body of the form `{"tasks": […], …}` piece by piece; memory is taken only for what is kept. */
export class TaskStream {
  readonly #bounds: TaskBounds;
  readonly #tasks: unknown[] = [];
  readonly #frame: Uint8Array[] = [];
  #task: Uint8Array[] = [];
  #kept = 0;
  #outsideTexts = 0;

  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Whether the next string at this depth is a name rather than a value; kept for the depths that matter. */
  #nameExpected = false;
  #name: number[] | undefined;
  #bodyName = '';
  #taskName = '';
  #inTasks = false;
  #hasTask = false;
  #dropping = false;

  constructor(bounds: TaskBounds) {
    this.#bounds = bounds;
  }

  write(chunk: Uint8Array): void {
    let from = 0;
    let outside = 0;
    const keepTo = (to: number) => {
      if (!this.#dropping && to > from) this.#keep(chunk.subarray(from, to));
      from = to;
    };
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#inString) {
        const plain = this.#plainUntil(chunk, i);
        if (plain > i) i = plain - 1;
        else this.#readString(byte);
        continue;
      }
      if (!this.#dropping) outside++;
      if (structural[byte] === 1 && !(byte === comma && this.#depth > taskDepth)) {
        switch (byte) {
          case quote:
            this.#inString = true;
            this.#name = this.#nameExpected && !this.#dropping ? [] : undefined;
            break;
          case colon:
            this.#nameExpected = false;
            if (this.#isUnneeded()) {
              keepTo(i + 1);
              this.#dropping = true;
            }
            break;
          case openBrace:
          case openBracket:
            this.#open(byte === openBrace);
            if (byte === openBracket && this.#depth === tasksDepth && this.#bodyName === 'tasks') {
              keepTo(i + 1);
              this.#inTasks = true;
            }
            break;
          default:
            this.#endDropping(i, keepTo);
            if (this.#inTasks && this.#depth === tasksDepth) {
              keepTo(i);
              if (byte === comma) from = i + 1;
              this.#endTask(byte === comma);
            }
            if (byte !== comma) this.#depth--;
            this.#nameExpected = byte === comma && this.#namesMatter();
        }
      }
    }
    keepTo(chunk.length);
    this.#outsideTexts += outside;
    if (this.#outsideTexts > mostOutsideTexts) throw invalid('it holds more lists and numbers than tasks have');
  }

  /** The whole body without what was dropped; text that is not JSON is a `request.invalid` error. */
  finish(): unknown {
    const body = parseJson(textOf(this.#frame));
    if (this.#tasks.length === 0 || typeof body !== 'object' || body === null || Array.isArray(body)) return body;
    return { ...body, tasks: this.#tasks };
  }

  /** Where the string at `from` has its next quote or escape; long stretches without are passed over at once. */
  #plainUntil(chunk: Uint8Array, from: number): number {
    if (this.#name !== undefined || this.#escaped) return from;
    const near = Math.min(chunk.length, from + shortString);
    for (let at = from; at < near; at++) if (chunk[at] === quote || chunk[at] === backslash) return at;
    const end = chunk.indexOf(quote, near);
    const stretch = chunk.subarray(near, end < 0 ? chunk.length : end);
    const escape = stretch.indexOf(backslash);
    return near + (escape < 0 ? stretch.length : escape);
  }

  #readString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) {
      this.#inString = false;
      if (this.#name !== undefined) this.#setName(Buffer.from(this.#name).toString());
      this.#name = undefined;
      return;
    }
    if (this.#name !== undefined && this.#name.length <= longestName) this.#name.push(byte);
  }

  #setName(name: string): void {
    if (this.#depth === bodyDepth) this.#bodyName = name;
    else if (this.#inTasks && this.#depth === taskDepth) this.#taskName = name;
  }

  /** Whether the names at this depth are looked at: those of the body and of a task. */
  #namesMatter(): boolean {
    return this.#depth === bodyDepth || (this.#inTasks && this.#depth === taskDepth);
  }

  #isUnneeded(): boolean {
    return !this.#dropping && this.#inTasks && this.#depth === taskDepth && unneeded.has(this.#taskName);
  }

  #open(isObject: boolean): void {
    if (++this.#depth > deepest) throw invalid(`it is nested more than ${deepest} deep`);
    this.#nameExpected = isObject && this.#namesMatter();
  }

  /** A dropped value ends at the comma or brace that follows it in its task. */
  #endDropping(at: number, keepTo: (to: number) => void): void {
    if (!this.#dropping || this.#depth !== taskDepth) return;
    keepTo(at);
    this.#dropping = false;
    this.#keep(nothing);
  }

  /** A task ends at a comma or at the end of the list; only an empty list ends without one. */
  #endTask(moreFollow: boolean): void {
    const text = textOf(this.#task);
    if (moreFollow || this.#hasTask || text.trim() !== '') this.#tasks.push(parseJson(text));
    if (this.#tasks.length > this.#bounds.mostTasks) throw tooManyTasks(this.#bounds.mostTasks);
    this.#task = [];
    this.#hasTask = moreFollow;
    if (moreFollow) return;
    this.#inTasks = false;
    this.#bodyName = '';
  }

  #keep(part: Uint8Array): void {
    this.#kept += part.length;
    const { mostKept } = this.#bounds;
    if (this.#kept > mostKept) throw invalid(`more than ${mostKept} bytes of it are needed at once`);
    // A copy, so that a few kept bytes don't hold on to the whole chunk.
    (this.#inTasks ? this.#task : this.#frame).push(Uint8Array.from(part));
  }
}

/** Stands for a value that was dropped. */
const nothing = Buffer.from('null');

function textOf(parts: readonly Uint8Array[]): string {
  return new TextDecoder().decode(Buffer.concat(parts));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw invalid('it is not valid JSON', thrown);
  }
}

/** The error for a request of more tasks than are taken at once. */
export function tooManyTasks(mostTasks: number): SamIAmError {
  return new SamIAmError('request.invalid', `the request has more than ${mostTasks} tasks`, {
    hint: `Send at most ${mostTasks} tasks at a time; sam-i-am prelabel predicts whole projects.`,
  });
}

function invalid(reason: string, cause?: unknown): SamIAmError {
  return new SamIAmError('request.invalid', `the body cannot be read: ${reason}`, {
    hint: 'Send one JSON object with the list "tasks"; fewer tasks at once if it is large.',
    cause,
  });
}
