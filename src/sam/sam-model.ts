import type { GreyImage } from '../core/micrograph.js';
import type { GridGeometry, TextureTokens } from '../core/token-grid.js';

/** What a prompt's point means; the numbers are SAM's own labels. */
export const promptLabels = { foreground: 1, background: 0, boxTopLeft: 2, boxBottomRight: 3, padding: -1 } as const;

export type PromptLabel = (typeof promptLabels)[keyof typeof promptLabels];

export interface PromptPoint {
  /** Pixels of the encoded image. */
  readonly x: number;
  readonly y: number;
  readonly label: PromptLabel;
}

/** One prompt: all its points speak of one mask. */
export type Prompt = readonly PromptPoint[];

/** Logits of one mask at low resolution, row-major; a pixel belongs to the mask where its interpolated logit is above 0. */
export interface LogitMap extends GridGeometry {
  readonly logits: Float32Array;
}

/** One of the masks that the decoder proposes for a prompt. */
export interface MaskLogits {
  readonly predictedIou: number;
  readonly map: LogitMap;
}

/** An encoded image. What is inside belongs to the adapter that made it. */
export interface ImageEmbedding {
  readonly image: { readonly width: number; readonly height: number };
  readonly textureTokens: TextureTokens | null;
}

/** A segment-anything model: encode an image once, then decode as many prompts as wanted. */
export interface SamModel<Embedding extends ImageEmbedding = ImageEmbedding> {
  encode(image: GreyImage): Promise<Embedding>;
  /** Per prompt the masks proposed (three, from part to whole). All prompts of a call have the same number of points. */
  decode(embedding: Embedding, prompts: readonly Prompt[]): Promise<MaskLogits[][]>;
  release(): Promise<void>;
}
