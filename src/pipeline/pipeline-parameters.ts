import type { ConfidenceCurve } from '../booster/confidence.js';
import type { MergeMode } from '../booster/mask-merging.js';
import type { LikenessWeights } from '../booster/material-likeness.js';
import type { MaterialProfile } from '../booster/material-profile.js';
import type { BorderOptions } from '../booster/refine-borders.js';
import { defaultRemovalOptions, type RemovalOptions } from '../booster/removal-options.js';
import type { SeenTextures } from '../booster/seen-textures.js';
import type { UncoveredOptions } from '../booster/uncovered-regions.js';
import type { MaterialCount } from '../core/material-count.js';
import type { GeneratorOptions, GeneratorThresholds } from '../sam/automatic-mask-generator.js';
import type { SecondLookOptions } from '../sam/specks/second-look.js';
import { calibration } from './calibration.js';

export type { MergeMode } from '../booster/mask-merging.js';
export { mergeModes } from '../booster/mask-merging.js';

/** How far the pipeline goes: SAM's masks as they are, without those that mask removal drops, or merged into materials. */
export const stages = ['sam', 'removed', 'boosted'] as const;

/** How far the pipeline goes. */
export type Stage = (typeof stages)[number];

/**
 * How closely small things are looked at: `auto` outlines families of specks by their grey, `high` finds smaller ones,
 * too, and asks the model again, enlarged.
 */
export const detailLevels = ['off', 'auto', 'high'] as const;

/** How closely small things are looked at. */
export type Detail = (typeof detailLevels)[number];

/** What a caller chooses per micrograph. */
export interface SegmentOptions {
  readonly stage: Stage;
  readonly materials: MaterialCount;
  /** n₀ of DESIGN section 2: points per side of the prompt grid. */
  readonly pointsPerSide: number;
  /** Crop layers beyond the image itself. */
  readonly layers: number;
  readonly seed: number;
  readonly merge: MergeMode;
  /** Banners, bars and letters burnt into the picture count as specimen. */
  readonly keepOverlays: boolean;
  readonly detail: Detail;
  /** What was learned from accepted annotations: materials get names, and filters of their own. */
  readonly profile?: MaterialProfile | undefined;
}

/** What a caller gets who chooses nothing. */
export const defaultSegmentOptions: SegmentOptions = {
  stage: 'boosted',
  materials: 'auto',
  pointsPerSide: 16,
  layers: 0,
  seed: 0,
  merge: 'material',
  keepOverlays: false,
  detail: 'auto',
};

/** What a server paints all micrographs with, as its settings say. */
export type PaintingChoices = Pick<SegmentOptions, 'merge' | 'keepOverlays' | 'detail'>;

/** What is the same for every micrograph. Changing any of it changes the model version. */
export interface PipelineParameters {
  readonly pointsDownscale: number;
  readonly pointsPerBatch: number;
  /** Holes and islands of a smaller share of the image are mended in SAM's masks; 0: none. */
  readonly leastRegionShare: number;
  /** Order and number of prompts: Meta's full grid, or only where no mask was found yet. */
  readonly schedule: GeneratorOptions['schedule'];
  readonly followUp: GeneratorOptions['followUp'];
  /** The second look at small things. */
  readonly secondLook: Readonly<Record<Exclude<Detail, 'off'>, SecondLookOptions>>;
  readonly removal: RemovalOptions;
  /** Children of a compound mask that are all this alike by their tokens are fragments of one material: the mask stays, they go. */
  readonly fragments: { readonly leastLikeness: number };
  /** Mask merging, DESIGN section 3.2. */
  readonly merging: {
    /** K: samples per mask. */
    readonly cropsPerMask: number;
    /** Least share of a crop that lies in its mask. */
    readonly minimumShare: number;
    /** Weight of the image encoder's token in a sample; the crop's embedding has the rest. */
    readonly tokenShare: number;
    /** Masks are grouped as wholes, or their samples by k-means as in the paper. */
    readonly grouping: 'likeness' | 'k-means';
    /** How alike two masks are, and from where on they are one material; fitted on simulations of the validation range. */
    readonly likeness: LikenessWeights;
    readonly leastLikeness: number;
    /** Textures that the models know; unset: nobody has looked. */
    readonly seen?: SeenTextures | undefined;
    /** Scraps of a mask are seldom a material: a group below this share must be less alike to all others by this much. */
    readonly scraps: { readonly share: number; readonly margin: number };
    /** Starts of k-means. */
    readonly restarts: number;
  };
  /** Cuts masks of two textures: those that are clearly so, and where there are fewer masks than materials, others too. */
  readonly splitting: {
    /** The cosine between the halves' mean tokens below which a mask is clearly of two textures. */
    readonly clearSimilarity: number;
    readonly mostSimilarity: number;
    readonly leastShare: number;
    /** Starts of k-means. */
    readonly restarts: number;
  };
  /** Moves borders to where the tokens change. */
  readonly borders: BorderOptions;
  /** Regions that no mask covers, and the score that they get, SAM having said nothing of them. */
  readonly uncovered: UncoveredOptions & { readonly score: number };
  /** What scores are worth, as `npm run ablation` finds it on simulations of the validation range. */
  readonly confidence: ConfidenceCurve;
}

/** Radii in pixels of an image whose longer side is 1024, each √2 times the last, as shares of that side. */
function radiusShares(from: number, to: number): number[] {
  const count = Math.round(2 * Math.log2(to / from)) + 1;
  return Array.from({ length: count }, (_, index) => (from * 2 ** (index / 2)) / 1024);
}

/** The pipeline as it predicts; every value is part of the model version. */
export const pipelineParameters: PipelineParameters = {
  pointsDownscale: 1,
  pointsPerBatch: 8,
  leastRegionShare: 0.0003,
  schedule: 'coarse-to-fine',
  followUp: { leastSimilarity: 0.4, most: 64 },
  secondLook: {
    auto: { searchSide: 1024, radiusShares: radiusShares(6, 34), mostSpecks: 400, zoom: 2, mostWindows: 0 },
    high: { searchSide: 2048, radiusShares: radiusShares(3, 34), mostSpecks: 1000, zoom: 4, mostWindows: 16 },
  },
  removal: defaultRemovalOptions,
  fragments: { leastLikeness: 1.5 },
  merging: {
    cropsPerMask: 16,
    minimumShare: 0.75,
    tokenShare: 0.5,
    grouping: 'likeness',
    scraps: { share: 0.015, margin: 3 },
    restarts: 10,
    ...calibration.merging,
  },
  splitting: { clearSimilarity: 0.35, mostSimilarity: 0.9, leastShare: 0.004, restarts: 3 },
  borders: { reachCells: 1, lead: 0.2, leastSimilarity: 0, mostContested: 0.25 },
  uncovered: { leastShare: 0.01, leastWidthShare: 0.03, score: 0.5 },
  confidence: calibration.confidence,
};

/** What the generator is told for one image. */
export function generatorOptionsFor(
  { width, height }: { readonly width: number; readonly height: number },
  { pointsPerSide, layers }: Pick<SegmentOptions, 'pointsPerSide' | 'layers'>,
  { pointsDownscale, pointsPerBatch, schedule, followUp, leastRegionShare }: PipelineParameters,
  thresholds: GeneratorThresholds,
): GeneratorOptions {
  const leastRegionPx = Math.round(leastRegionShare * width * height);
  return { pointsPerSide, layers, pointsDownscale, pointsPerBatch, schedule, followUp, leastRegionPx, thresholds };
}

/** For a microscope that waits (`watch`): fewer crops, fewer starts and fewer second looks. */
export const quickParameters: PipelineParameters = {
  ...pipelineParameters,
  followUp: { leastSimilarity: 0.4, most: 16 },
  merging: { ...pipelineParameters.merging, cropsPerMask: 12, restarts: 4 },
};
