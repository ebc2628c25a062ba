import { damaged } from '../unreadable-file.js';

/** Values that can be added up with overflow: unsigned, in the byte order of this machine. */
type Words = Uint8Array | Uint16Array | Uint32Array;

/** Undoes predictor 2 in place: each sample is stored as the difference to the one before it in its row. */
export function undoDifferences(bytes: Uint8Array, rowSamples: number, stride: number, sampleBytes: number): void {
  if (sampleBytes === 8) undoWideDifferences(bytes, rowSamples, stride);
  else undoWordDifferences(wordsOf(bytes, sampleBytes), rowSamples, stride);
}

function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array, sampleBytes: number): Words {
  if (sampleBytes === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (sampleBytes === 2) return new Uint16Array(buffer, byteOffset, byteLength >> 1);
  if (sampleBytes === 4) return new Uint32Array(buffer, byteOffset, byteLength >> 2);
  throw damaged(`differences of samples of ${sampleBytes} bytes`);
}

function undoWordDifferences(words: Words, rowSamples: number, stride: number): void {
  for (let row = 0; row + rowSamples <= words.length; row += rowSamples) {
    const end = row + rowSamples;
    for (let at = row + stride; at < end; at++) words[at] = (words[at] as number) + (words[at - stride] as number);
  }
}

function undoWideDifferences({ buffer, byteOffset, byteLength }: Uint8Array, rowSamples: number, stride: number): void {
  const words = new BigUint64Array(buffer, byteOffset, byteLength >> 3);
  for (let row = 0; row + rowSamples <= words.length; row += rowSamples) {
    const end = row + rowSamples;
    for (let at = row + stride; at < end; at++) words[at] = (words[at] as bigint) + (words[at - stride] as bigint);
  }
}

/**
 * Undoes predictor 3 in place (Adobe's technical note 3): a row holds the highest bytes of all its floats, then the next ones, …, as
 * differences from byte to byte. What comes out has the byte order of this machine.
 */
export function undoFloatDifferences(bytes: Uint8Array, rowSamples: number, stride: number, sampleBytes: number): void {
  const rowBytes = rowSamples * sampleBytes;
  const row = new Uint8Array(rowBytes);
  for (let start = 0; start + rowBytes <= bytes.length; start += rowBytes) {
    row.set(bytes.subarray(start, start + rowBytes));
    for (let at = stride; at < rowBytes; at++) row[at] = (row[at] as number) + (row[at - stride] as number);
    for (let sample = 0; sample < rowSamples; sample++) {
      for (let byte = 0; byte < sampleBytes; byte++) {
        bytes[start + sample * sampleBytes + byte] = row[(sampleBytes - 1 - byte) * rowSamples + sample] as number;
      }
    }
  }
}
