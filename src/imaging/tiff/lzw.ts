import { damaged } from '../unreadable-file.js';

const clearCode = 256;
const endCode = 257;
const firstFree = 258;
const mostCodes = 4096;

/**
 * LZW as TIFF 6.0 section 13 defines it: codes of 9 to 12 bits, the highest bit first, their width growing one code early. A table entry is
 * a place in the output where its text stands already, so that nothing is copied twice. `length` bytes come out, or fewer where the data ends.
 */
export function unpackLzw(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  const starts = new Uint32Array(mostCodes);
  const lengths = new Uint32Array(mostCodes);
  let [free, width, at] = [firstFree, 9, 0];
  let [previousStart, previousLength] = [0, 0];
  let [bits, bitCount, from] = [0, 0, 0];
  while (at < length) {
    while (bitCount < width && from < packed.length) {
      bits = ((bits << 8) | (packed[from++] as number)) & 0xffffff;
      bitCount += 8;
    }
    if (bitCount < width) break;
    bitCount -= width;
    const code = (bits >> bitCount) & ((1 << width) - 1);
    if (code === endCode) break;
    if (code === clearCode) {
      [free, width, previousLength] = [firstFree, 9, 0];
      continue;
    }
    if (code > free || (code >= free && previousLength === 0)) throw damaged('compressed data can\'t be unpacked'); // prettier-ignore
    const start = at;
    if (code < clearCode) out[at++] = code;
    else {
      // The entry to come is the previous text and its first byte again: it can be read while it is written.
      const source = code < free ? (starts[code] as number) : previousStart;
      const end = Math.min(length, at + (code < free ? (lengths[code] as number) : previousLength + 1));
      for (let read = source; at < end;) out[at++] = out[read++] as number;
    }
    if (previousLength > 0 && free < mostCodes) {
      starts[free] = previousStart;
      lengths[free] = previousLength + 1;
      free++;
      if (free === (1 << width) - 1 && width < 12) width++;
    }
    [previousStart, previousLength] = [start, at - start];
  }
  return out.subarray(0, at);
}
