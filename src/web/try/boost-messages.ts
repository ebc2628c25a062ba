import type { BoostOptions, MergingParameters } from '../../booster/found-masks.js';
import type { FoundMasksJson } from '../../booster/found-masks-json.js';
import type { RemovedMask } from '../../pipeline/exploration.js';

/** How finely a result is wanted: a first look on a coarse grid, or every pixel. */
export type Fineness = 'preview' | 'exact';

/** First what was found, then what to do with it, again and again. */
export type BoostRequest =
  | { readonly kind: 'load'; readonly found: FoundMasksJson; readonly fineness: Fineness }
  | {
      readonly kind: 'boost';
      readonly number: number;
      readonly options: BoostOptions;
      readonly parameters: MergingParameters;
    };

/** One material as the page lists it. */
export interface ShownMaterial {
  /** 1 is the material with the largest area. */
  readonly label: number;
  readonly areaShare: number;
  readonly score: number;
  /** Masks of SAM's that show it, as indices. */
  readonly masks: readonly number[];
}

/** What the booster's worker answers to the request of that number. */
export interface BoostAnswer {
  readonly number: number;
  readonly fineness: Fineness;
  /** Size of `labels`, which a preview has fewer of than the micrograph has pixels. */
  readonly width: number;
  readonly height: number;
  readonly labels: Uint8Array<ArrayBuffer>;
  readonly materials: readonly ShownMaterial[];
  readonly removed: readonly RemovedMask[];
  /** What the booster warns of; a first look cannot tell. */
  readonly warnings: readonly string[];
}
