import { maskFromRuns } from '../core/mask.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { FoundMask, FoundMasks, SamplePool } from './found-masks.js';

/*
 * FoundMasks as JSON: lists of numbers are base64 of their bytes, little-endian, because as digits they would be five times as long.
 */

/** How {@link FoundMasks} go over the wire. */
export interface FoundMasksJson {
  readonly width: number;
  readonly height: number;
  readonly masks: readonly (Omit<FoundMask, 'mask'> & { readonly runs: string })[];
  readonly tokens: (Omit<TextureTokens, 'tokens'> & { readonly tokens: string }) | null;
  readonly samples: {
    readonly dimensions: number;
    readonly centres: string;
    readonly owners: string;
    readonly values: string;
  };
  readonly cropSize: number;
  readonly described: FoundMasks['described'];
}

export function foundMasksToJson({
  width,
  height,
  masks,
  tokens,
  samples,
  cropSize,
  described,
}: FoundMasks): FoundMasksJson {
  const { dimensions, centres, owners, values } = samples;
  return {
    ...{ width, height, cropSize, described },
    masks: masks.map(({ mask, predictedIou, stabilityScore, score, point }) => ({
      ...{ predictedIou, stabilityScore, score, point },
      runs: toBase64(mask.runs),
    })),
    tokens: tokens && { ...tokens, tokens: toBase64(tokens.tokens) },
    samples: { dimensions, centres: toBase64(centres), owners: toBase64(owners), values: toBase64(values) },
  };
}

export function foundMasksFromJson({
  width,
  height,
  masks,
  tokens,
  samples,
  cropSize,
  described,
}: FoundMasksJson): FoundMasks {
  const pool: SamplePool = {
    dimensions: samples.dimensions,
    centres: new Uint32Array(fromBase64(samples.centres)),
    owners: new Int32Array(fromBase64(samples.owners)),
    values: new Float64Array(fromBase64(samples.values)),
  };
  return {
    ...{ width, height, cropSize, described },
    masks: masks.map(({ runs, ...scores }) => ({
      ...scores,
      mask: maskFromRuns(width, height, new Uint32Array(fromBase64(runs))),
    })),
    tokens: tokens && { ...tokens, tokens: new Float32Array(fromBase64(tokens.tokens)) },
    samples: pool,
  };
}

/** Longer argument lists overflow the stack. */
const chunkBytes = 0x8000;

/** The bytes of a list of numbers. */
export function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    text += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  }
  return btoa(text);
}

export function fromBase64(text: string): ArrayBuffer {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes.buffer;
}
