import type { Mask } from '../core/mask.js';
import type { MaterialCount } from '../core/material-count.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { ConfidenceCurve } from './confidence.js';
import type { MergeMode, MergingOptions } from './mask-merging.js';
import type { BorderOptions } from './refine-borders.js';
import type { RemovalOptions } from './removal-options.js';
import type { SeenTextures } from './seen-textures.js';
import type { SplitOptions } from './split-mixed-masks.js';
import type { UncoveredOptions } from './uncovered-regions.js';

/** One of SAM's masks with SAM's own scores, all in [0, 1]. */
export interface FoundMask {
  readonly mask: Mask;
  readonly predictedIou: number;
  readonly stabilityScore: number;
  readonly score: number;
  /** The prompt in pixels; null where the mask came from several points or a box. */
  readonly point: { readonly x: number; readonly y: number } | null;
}

/** Descriptors taken all over a micrograph, one after the other in `values`. */
export interface SamplePool {
  readonly dimensions: number;
  /** The pixel around which each was taken, as a flat index. */
  readonly centres: Uint32Array;
  /** The mask for which each was taken, as an index; -1 for none of them. */
  readonly owners: Int32Array;
  readonly values: Float64Array;
  /** What was seen around each: column, row, then the values of its traits; empty where nobody looked. */
  readonly traits: Float32Array;
}

/** All that inference found in one micrograph: mask removal and merging can run on it again and again, with other options, in milliseconds. */
export interface FoundMasks {
  readonly width: number;
  readonly height: number;
  /** Pixels that show no material: no mask has any of them. */
  readonly excluded?: Mask | undefined;
  readonly masks: readonly FoundMask[];
  readonly tokens: TextureTokens | null;
  /** Unit vectors that describe texture. */
  readonly samples: SamplePool;
  /** m: side of the crops that the samples come from, in pixels. */
  readonly cropSize: number;
  /**
   * What the pipeline itself described: the masks that it kept, as indices, and how many samples each of its candidates has (kept
   * masks, then uncovered regions). These are the first of the pool.
   */
  readonly described: {
    readonly kept: readonly number[];
    readonly counts: readonly number[];
  };
}

/** What mask merging needs to know besides the masks; the same for every micrograph (see app/pipeline-parameters). */
export interface MergingParameters {
  readonly merging: Omit<MergingOptions, keyof BoostOptions> & {
    readonly cropsPerMask: number;
    readonly minimumShare: number;
    /** Textures that the models know; unset: nobody has looked. */
    readonly seen?: SeenTextures | undefined;
  };
  readonly fragments: { readonly leastLikeness: number };
  readonly splitting: Omit<SplitOptions, 'seed'> & { readonly clearSimilarity: number };
  readonly borders: BorderOptions;
  readonly uncovered: UncoveredOptions & { readonly score: number };
  readonly confidence: ConfidenceCurve;
}

/** What is chosen per micrograph. */
export interface BoostOptions {
  readonly materials: MaterialCount;
  readonly seed: number;
  /** Unset: masks of one material merge. */
  readonly merge?: MergeMode | undefined;
  readonly removal: RemovalOptions;
}
