import { type Mask, maskFromRuns } from '../core/mask.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { FoundMask, FoundMasks, SamplePool } from './found-masks.js';

/*
 * FoundMasks as JSON: lists of numbers are base64 of their bytes, little-endian, because as digits they would be five times as long.
 */

/** What goes over the wire as it is. */
type PlainPart = Pick<FoundMasks, 'width' | 'height' | 'cropSize' | 'described'>;

/** How {@link FoundMasks} go over the wire. */
export interface FoundMasksJson extends PlainPart {
  /** Runs of the pixels that show no material. */
  readonly excluded?: string | undefined;
  readonly masks: readonly (Omit<FoundMask, 'mask'> & { readonly runs: string })[];
  readonly tokens: (Omit<TextureTokens, 'tokens'> & { readonly tokens: string }) | null;
  readonly samples: PoolJson;
}

interface PoolJson {
  readonly dimensions: number;
  readonly centres: string;
  readonly owners: string;
  readonly values: string;
  readonly traits: string;
}

function plainPart({ width, height, cropSize, described }: PlainPart): PlainPart {
  return { width, height, cropSize, described };
}

/** What was found, as it goes over the wire; {@link foundMasksFromJson} reads it. */
export function foundMasksToJson(found: FoundMasks): FoundMasksJson {
  const { masks, tokens, excluded } = found;
  return {
    ...plainPart(found),
    excluded: excluded && toBase64(excluded.runs),
    masks: masks.map(({ mask, predictedIou, stabilityScore, score, point }) => ({
      predictedIou,
      stabilityScore,
      score,
      point,
      runs: toBase64(mask.runs),
    })),
    tokens: tokens && { ...tokens, tokens: toBase64(tokens.tokens) },
    samples: poolToJson(found.samples),
  };
}

function poolToJson({ dimensions, ...lists }: SamplePool): PoolJson {
  const { centres, owners, values, traits } = lists;
  return {
    dimensions,
    centres: toBase64(centres),
    owners: toBase64(owners),
    values: toBase64(values),
    traits: toBase64(traits),
  };
}

/** The inverse of {@link foundMasksToJson}. Throws where a text is no base64. */
export function foundMasksFromJson(found: FoundMasksJson): FoundMasks {
  const { width, height, masks, tokens, excluded } = found;
  const maskOf = (runs: string): Mask => maskFromRuns(width, height, new Uint32Array(fromBase64(runs)));
  return {
    ...plainPart(found),
    excluded: excluded === undefined ? undefined : maskOf(excluded),
    masks: masks.map(({ runs, ...scores }) => ({ ...scores, mask: maskOf(runs) })),
    tokens: tokens && { ...tokens, tokens: new Float32Array(fromBase64(tokens.tokens)) },
    samples: poolFromJson(found.samples),
  };
}

function poolFromJson({ dimensions, centres, owners, values, traits }: PoolJson): SamplePool {
  return {
    dimensions,
    centres: new Uint32Array(fromBase64(centres)),
    owners: new Int32Array(fromBase64(owners)),
    values: new Float64Array(fromBase64(values)),
    traits: new Float32Array(fromBase64(traits)),
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

/** The bytes that a base64 text stands for. Throws a DOMException where it is none. */
export function fromBase64(text: string): ArrayBuffer {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes.buffer;
}
