import { SamIAmError } from '../core/errors.js';

/** Writes numbers of 1 to 32 bits into a buffer of fixed capacity, the most significant bit first. */
export class BitWriter {
  readonly #bytes: Uint8Array;
  #bits = 0;

  constructor(capacityBits: number) {
    this.#bytes = new Uint8Array((capacityBits >>> 3) + 1);
  }

  write(value: number, width: number): void {
    let left = width;
    while (left > 0) {
      const free = 8 - (this.#bits & 7);
      const taken = Math.min(free, left);
      const chunk = (value >>> (left - taken)) & ((1 << taken) - 1);
      const index = this.#bits >>> 3;
      this.#bytes[index] = (this.#bytes[index] ?? 0) | (chunk << (free - taken));
      this.#bits += taken;
      left -= taken;
    }
  }

  /** The bytes so far, padded with 1 to 8 zero bits. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, (this.#bits >>> 3) + 1);
  }
}

/** Reads numbers of 1 to 32 bits, the most significant bit first; reading past the end is a `request.invalid` error. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #bits = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bitsLeft(): number {
    return this.#bytes.length * 8 - this.#bits;
  }

  read(width: number): number {
    if (width > this.bitsLeft) {
      throw new SamIAmError('request.invalid', `the brush RLE ends early, after ${this.#bytes.length} bytes`, {
        hint: 'Send value.rle complete, as Label Studio exports it.',
      });
    }
    let value = 0;
    let left = width;
    while (left > 0) {
      const available = 8 - (this.#bits & 7);
      const taken = Math.min(available, left);
      const byte = this.#bytes[this.#bits >>> 3] ?? 0;
      value = value * 2 ** taken + ((byte >>> (available - taken)) & ((1 << taken) - 1));
      this.#bits += taken;
      left -= taken;
    }
    return value;
  }
}
