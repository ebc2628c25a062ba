import { readFileSync } from 'node:fs';

/** A mask with the bytes that Label Studio 1.23.2 (its SDK or its web page) made of it. */
export interface RleVector {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** `[alpha, pixels]`, row by row. */
  readonly alpha_runs: readonly (readonly [number, number])[];
  readonly rle: readonly number[];
}

/** The vectors recorded from a real server. */
export const rleVectors: readonly RleVector[] = readVectors();

function readVectors(): RleVector[] {
  const url = new URL('../fixtures/label-studio/rle-vectors.json', import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { vectors: RleVector[] }).vectors;
}

/** The alpha channel of a vector, pixel by pixel. */
export function alphaOf(vector: RleVector): Uint8Array {
  return Uint8Array.from(vector.alpha_runs.flatMap(([alpha, pixels]) => Array.from({ length: pixels }, () => alpha)));
}

/** Whether the vector's mask is only inside or outside, without soft edges. */
export function isBinary(vector: RleVector): boolean {
  return vector.alpha_runs.every(([alpha]) => alpha === 0 || alpha === 255);
}
