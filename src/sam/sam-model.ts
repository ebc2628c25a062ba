import type { GreyImage } from '../core/micrograph.js';
import type { GridGeometry, TextureTokens } from '../core/token-grid.js';

/** What a prompt's point means; the numbers are SAM's own labels. */
export const promptLabels = { foreground: 1, background: 0, boxTopLeft: 2, boxBottomRight: 3, padding: -1 } as const;

/** What a point of a prompt says. */
export type PromptLabel = (typeof promptLabels)[keyof typeof promptLabels];

/** One point of a prompt, or one corner of its box. */
export interface PromptPoint {
  /** Pixels of the encoded image. */
  readonly x: number;
  readonly y: number;
  readonly label: PromptLabel;
}

/**
 * One prompt: all its points speak of one mask. A box is its last two points (labels 2 and 3). Padding points are the adapters'
 * affair: layouts differ in whether the graph adds them.
 */
export type Prompt = readonly PromptPoint[];

/**
 * Meta enlarges logits in two steps: to the model's input, whose padding is cut off, and from there to the image. The second step
 * starts from `width` × `height` pixels, `linesPerPixel` of the grid each.
 */
export interface EnlargingFrame {
  readonly width: number;
  readonly height: number;
  readonly linesPerPixel: number;
}

/** Logits of one mask at low resolution, row-major; a pixel belongs to the mask where its interpolated logit is above 0. */
export interface LogitMap extends GridGeometry {
  readonly logits: Float32Array;
  /** Left out: enlarged in one step. */
  readonly frame?: EnlargingFrame;
}

/** One of the masks that the decoder proposes for a prompt. */
export interface MaskLogits {
  readonly predictedIou: number;
  readonly map: LogitMap;
}

/** An encoded image. What is inside belongs to the adapter that made it, and is plain data: it can be stored and read again. */
export interface ImageEmbedding {
  readonly image: { readonly width: number; readonly height: number };
  readonly textureTokens: TextureTokens | null;
}

/** What the caller wants of the masks. */
export interface DecodeOptions {
  /** Masks whose predicted IoU is not wanted are left out, where the layout allows it before they are made. All, if left out. */
  readonly wanted?: (predictedIou: number) => boolean;
  /** Three proposals from part to whole, or the one that SAM gives for prompts that leave no doubt. */
  readonly output?: 'three' | 'one';
  /** Logits of an earlier mask of the same embedding, as a further hint; then there is one prompt only. */
  readonly earlierMask?: LogitMap;
}

/** A segment-anything model: encode an image once, then decode as many prompts as wanted. */
export interface SamModel<Embedding extends ImageEmbedding = ImageEmbedding> {
  encode(image: GreyImage): Promise<Embedding>;
  /**
   * Per prompt the masks proposed. All prompts of a call have the same number of points. Throws `model.incompatible` for a kind
   * of prompt that the model does not take.
   */
  decode(embedding: Embedding, prompts: readonly Prompt[], options?: DecodeOptions): Promise<MaskLogits[][]>;
  release(): Promise<void>;
}
