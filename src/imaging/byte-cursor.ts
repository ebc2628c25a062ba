import { type ByteSource, viewOf } from './byte-source.js';
import { damaged } from './unreadable-file.js';

const windowBytes = 1 << 16;

/** Walks through a file that says only step by step how it goes on; reads windows of it, never all. */
export class ByteCursor {
  readonly #source: ByteSource;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  /** Where the next number is read. */
  at: number;

  constructor(source: ByteSource, at = 0) {
    this.#source = source;
    this.at = at;
  }

  /** The next bytes as a view, passed over. */
  async take(length: number): Promise<DataView> {
    const from = this.at - this.#start;
    if (from < 0 || from + length > this.#view.byteLength) await this.#fetch(length);
    const view = new DataView(this.#view.buffer, this.#view.byteOffset + this.at - this.#start, length);
    this.at += length;
    return view;
  }

  /** The next characters (Latin 1), passed over. */
  async text(length: number): Promise<string> {
    const view = await this.take(length);
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1');
  }

  /** Passes over bytes without reading them. */
  skip(length: number): void {
    if (!(length >= 0) || this.at + length > this.#source.size) throw damaged('it ends before its data does');
    this.at += length;
  }

  async #fetch(length: number): Promise<void> {
    const most = Math.max(length, Math.min(windowBytes, this.#source.size - this.at));
    this.#view = viewOf(await this.#source.read(this.at, most));
    this.#start = this.at;
  }
}
