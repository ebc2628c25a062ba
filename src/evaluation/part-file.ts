import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { unfinishedName } from '../store/write-whole.js';

/** A file that is written bit by bit beside its place, and is there whole or not at all. */
export class PartFile {
  readonly #path: string;
  readonly #unfinished: string;
  readonly #stream;

  constructor(path: string) {
    this.#path = path;
    this.#unfinished = unfinishedName(path);
    this.#stream = createWriteStream(this.#unfinished);
    // Kept for the next write or the end, which throw it.
    this.#stream.on('error', () => undefined);
  }

  async write(text: string): Promise<void> {
    if (this.#stream.errored) throw this.#stream.errored;
    if (!this.#stream.write(text)) await once(this.#stream, 'drain');
  }

  /** Ends the file and puts it in its place. */
  async finish(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
    await rename(this.#unfinished, this.#path);
  }

  async discard(): Promise<void> {
    this.#stream.destroy();
    await rm(this.#unfinished, { force: true });
  }
}
