import { SamIAmError } from '../core/errors.js';
import { JsonScanner, jsonSigns } from '../core/json-scanner.js';

/*
 * Label Studio sends every task with all its annotations, predictions and drafts: hundreds of megabytes of brush numbers that a
 * prediction does not need. Parsing them at once would hold up health checks for seconds, so the text is sifted byte by byte
 * as it arrives: what is not needed is never kept, and each task is parsed by itself.
 */

const { quote, comma, colon, openList, openObject } = jsonSigns;

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
  readonly #scanner = new JsonScanner();
  readonly #tasks: unknown[] = [];
  readonly #frame: Uint8Array[] = [];
  #task: Uint8Array[] = [];
  #kept = 0;
  #outsideTexts = 0;

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
    const scanner = this.#scanner;
    for (let at = 0; at < chunk.length; at++) {
      const wasInString = scanner.isInString;
      const begin = at;
      at = scanner.next(chunk, begin, taskDepth);
      if (!wasInString && !this.#dropping) outside += at - begin + 1;
      if (wasInString) this.#readName(chunk.subarray(begin, at), !scanner.isInString);
      else if (at < chunk.length) this.#takeSign(chunk[at] as number, at, keepTo, () => (from = at + 1));
    }
    keepTo(chunk.length);
    this.#outsideTexts += outside;
    if (this.#outsideTexts > mostOutsideTexts) throw invalid('it holds more lists and numbers than tasks have');
  }

  /** What a sign outside of strings changes; `skip` leaves it out of what is kept. */
  #takeSign(sign: number, at: number, keepTo: (to: number) => void, skip: () => void): void {
    switch (sign) {
      case quote:
        this.#name = this.#nameExpected && !this.#dropping ? [] : undefined;
        return;
      case colon:
        this.#nameExpected = false;
        if (!this.#isUnneeded()) return;
        keepTo(at + 1);
        this.#dropping = true;
        return;
      case openObject:
      case openList:
        this.#open(sign === openObject);
        if (sign !== openList || this.#scanner.depth !== tasksDepth || this.#bodyName !== 'tasks') return;
        keepTo(at + 1);
        this.#inTasks = true;
        return;
      default:
        this.#takeEnd(sign, at, keepTo, skip);
    }
  }

  /** A comma, or the end of a list or object: of what was a level deeper before. */
  #takeEnd(sign: number, at: number, keepTo: (to: number) => void, skip: () => void): void {
    const depth = this.#scanner.depth + (sign === comma ? 0 : 1);
    if (this.#dropping && depth === taskDepth) this.#endDropping(at, keepTo);
    if (this.#inTasks && depth === tasksDepth) {
      keepTo(at);
      if (sign === comma) skip();
      this.#endTask(sign === comma);
    }
    this.#nameExpected = sign === comma && this.#namesMatter();
  }

  /** The whole body without what was dropped; text that is not JSON is a `request.invalid` error. */
  finish(): unknown {
    const body = parseJson(textOf(this.#frame));
    if (this.#tasks.length === 0 || typeof body !== 'object' || body === null || Array.isArray(body)) return body;
    return { ...body, tasks: this.#tasks };
  }

  /** A piece of a string; only names that matter are kept. */
  #readName(piece: Uint8Array, isEnd: boolean): void {
    if (this.#name === undefined) return;
    for (const byte of piece.subarray(0, longestName + 1)) if (this.#name.length <= longestName) this.#name.push(byte);
    if (!isEnd) return;
    this.#setName(Buffer.from(this.#name).toString());
    this.#name = undefined;
  }

  #setName(name: string): void {
    if (this.#scanner.depth === bodyDepth) this.#bodyName = name;
    else if (this.#inTasks && this.#scanner.depth === taskDepth) this.#taskName = name;
  }

  /** Whether the names at this depth are looked at: those of the body and of a task. */
  #namesMatter(): boolean {
    return this.#scanner.depth === bodyDepth || (this.#inTasks && this.#scanner.depth === taskDepth);
  }

  #isUnneeded(): boolean {
    return !this.#dropping && this.#inTasks && this.#scanner.depth === taskDepth && unneeded.has(this.#taskName);
  }

  #open(isObject: boolean): void {
    if (this.#scanner.depth > deepest) throw invalid(`it is nested more than ${deepest} deep`);
    this.#nameExpected = isObject && this.#namesMatter();
  }

  /** A dropped value ends at the comma or brace that follows it in its task. */
  #endDropping(at: number, keepTo: (to: number) => void): void {
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
