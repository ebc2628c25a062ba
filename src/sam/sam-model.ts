import type { GreyImage } from '../core/micrograph.js';

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

/**
 * A grid of values over an image. Image pixel x lies at grid column (x + 0.5) · columnsPerPixel − 0.5, rows likewise; what lies
 * outside the outermost centres takes their value.
 */
export interface GridGeometry {
  readonly columns: number;
  readonly rows: number;
  readonly columnsPerPixel: number;
  readonly rowsPerPixel: number;
}

/** Logits of one mask at low resolution, row-major; a pixel belongs to the mask where its interpolated logit is above 0. */
export interface LogitMap extends GridGeometry {
  readonly logits: Float32Array;
}

/** One of the masks that the decoder proposes for a prompt. */
export interface MaskLogits {
  readonly predictedIou: number;
  readonly map: LogitMap;
}

/** The image encoder's dense description of texture: `dimensions` unit-length values per cell, channel by channel (dimension-major). */
export interface TextureTokens extends GridGeometry {
  readonly dimensions: number;
  readonly tokens: Float32Array;
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
