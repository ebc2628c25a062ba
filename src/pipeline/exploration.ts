import type { BoostOptions, MergingParameters } from '../booster/found-masks.js';
import type { FoundMasksJson } from '../booster/found-masks-json.js';
import type { RemovalOptions } from '../booster/removal-options.js';
import type { RemovalRule } from '../booster/removal-record.js';
import type { MaterialCount } from '../core/material-count.js';
import type { Stage } from './pipeline-parameters.js';
import type { Timings } from './timings.js';

export type { RemovalOptions } from '../booster/removal-options.js';
export { defaultRemovalOptions } from '../booster/removal-options.js';

/** Why one of SAM's masks went; masks are named by their index. */
export interface RemovedMask {
  readonly mask: number;
  readonly rule: RemovalRule;
  readonly causes: readonly number[];
  readonly ratio: number;
}

/** One micrograph with everything that inference found in it, as the web page gets it: see {@link FoundMasks}. */
export interface ExplorationJson extends FoundMasksJson {
  readonly name: string;
  readonly nanometresPerPixel: number | null;
  /** Length of the scale bar burnt into the picture, in pixels. */
  readonly scaleBarPx?: number;
  readonly modelVersion: string;
  /** What the pipeline removes with its own thresholds. */
  readonly removed: readonly RemovedMask[];
  readonly options: BoostOptions;
  readonly parameters: MergingParameters;
  readonly timingsMs: Timings;
  readonly warnings: readonly string[];
}

/** The same as it is kept: a JSON text in bytes, and the micrograph as the models see it, a PNG. */
export interface Exploration {
  readonly json: Uint8Array;
  readonly picture: Uint8Array;
}

/** What may be chosen when an explored micrograph is boosted again. */
export interface BoostChoices {
  readonly stage: Stage;
  readonly materials: MaterialCount;
  readonly removal: RemovalOptions;
}
