import { boostAgain } from '../booster/boost-again.js';
import { describeMasks, type PlacedDescription } from '../booster/describe-masks.js';
import { finiteTokens } from '../booster/finite-values.js';
import type { FoundMask, FoundMasks, SamplePool } from '../booster/found-masks.js';
import { foundMasksFromJson, foundMasksToJson } from '../booster/found-masks-json.js';
import type { RemovalRecord } from '../booster/removal-record.js';
import { withTraits } from '../booster/sample-traits.js';
import { warnOfTokens } from '../booster/segmentation-warnings.js';
import { type Mask, maskFromBox } from '../core/mask.js';
import type { Micrograph } from '../core/micrograph.js';
import { parseJson } from '../core/parse-json.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import { traitReader } from '../texture/own-traits.js';
import type { BoostChoices, ExplorationJson, RemovedMask } from './exploration.js';
import type { LoadedModels } from './loaded-models.js';
import { describeCandidates, type ScoredProposal } from './merge-masks.js';
import { defaultSegmentOptions, type PaintingChoices, pipelineParameters } from './pipeline-parameters.js';
import type { StagedMasks } from './result-masks.js';
import { type Segmentation, segmentMicrograph } from './segment-micrograph.js';
import type { Stopwatch, Timings } from './timings.js';

/** Samples of each mask that the pipeline does not describe itself: enough to tell its material should it be kept. */
const samplesPerOtherMask = 12;
/** Samples per side of a grid over the whole micrograph, for regions that other thresholds leave uncovered. */
const gridSide = 12;

/** What a look at a micrograph gives: what goes to the page, and what clicks on it need. */
export interface Explored {
  readonly json: ExplorationJson;
  readonly embedding: ImageEmbedding;
}

/** What is said of a micrograph beside what is found in it. */
export interface ExploredAbout {
  readonly modelVersion: string;
  /** Null where the file does not tell it. */
  readonly nanometresPerPixel: number | null;
  readonly choices?: PaintingChoices | undefined;
}

/** Everything that inference finds in one micrograph, kept in such a form that the booster can run on it again with any thresholds. */
export async function exploreMicrograph(
  models: LoadedModels,
  micrograph: Micrograph,
  { choices, ...about }: ExploredAbout,
  stopwatch: Stopwatch,
): Promise<Explored> {
  const options = { ...defaultSegmentOptions, ...choices, stage: 'removed' } as const;
  const segmentation = await segmentMicrograph(models, micrograph, options, pipelineParameters, stopwatch);
  const found = await stopwatch.measure('merging', () => describe(models, micrograph, segmentation));
  const { materials, seed, merge } = options;
  const boostOptions = { materials, seed, merge, removal: pipelineParameters.removal };
  const json: ExplorationJson = {
    name: micrograph.name,
    nanometresPerPixel: about.nanometresPerPixel,
    ...(micrograph.scaleBarPx === undefined ? {} : { scaleBarPx: micrograph.scaleBarPx }),
    modelVersion: about.modelVersion,
    ...foundMasksToJson(found),
    removed: removedMasks(segmentation.proposals, segmentation.removal?.removals ?? []),
    options: boostOptions,
    parameters: mergingParameters,
    timingsMs: stopwatch.timings(),
    warnings: [...segmentation.warnings, ...lostTokens(segmentation.embedding)],
  };
  return { json, embedding: segmentation.embedding };
}

const { merging, fragments, splitting, borders, uncovered, confidence } = pipelineParameters;
const mergingParameters = { merging, fragments, splitting, borders, uncovered, confidence };

/** The pipeline's own samples first (see {@link FoundMasks}), then those of all other masks and of a grid. */
async function describe(
  models: LoadedModels,
  micrograph: Micrograph,
  { proposals, removal, embedding }: Segmentation,
): Promise<FoundMasks> {
  const { width, height } = micrograph;
  const kept = removal?.kept ?? [];
  const { candidates, described, tokens } = await describeCandidates(
    models,
    micrograph,
    embedding,
    kept,
    defaultSegmentOptions,
    pipelineParameters,
  );
  const indexOf = new Map(proposals.map((proposal, index) => [proposal, index]));
  const ownerOf = (proposal: ScoredProposal | null) => (proposal === null ? -1 : (indexOf.get(proposal) ?? -1));
  const { seed } = defaultSegmentOptions;
  const sample = async (masks: readonly Mask[], cropsPerMask: number) => {
    const sources = { encoder: models.texture, tokens };
    const described = await describeMasks(micrograph, masks, sources, { ...merging, cropsPerMask, seed });
    return withTraits(micrograph, masks, described, traitReader());
  };
  const others = proposals.filter((proposal) => !kept.includes(proposal));
  const ofOthers = await sample(
    others.map(({ mask }) => mask),
    samplesPerOtherMask,
  );
  const cells = proposals.length === 0 ? [] : gridCells(width, height);
  const ofCells = await sample(cells, 1);
  const owned = [
    ...described.map((each, index) => ({ ...each, owner: ownerOf(candidates[index]?.proposal ?? null) })),
    ...ofOthers.map((each, index) => ({ ...each, owner: ownerOf(others[index] ?? null) })),
    ...ofCells.map((each) => ({ ...each, owner: -1 })),
  ];
  return {
    width,
    height,
    tokens,
    cropSize: models.texture.cropSize,
    excluded: micrograph.excluded,
    masks: proposals.map(({ mask, predictedIou, stabilityScore, score, point }): FoundMask => {
      return { mask, predictedIou, stabilityScore, score, point };
    }),
    samples: pool(owned),
    described: {
      kept: kept.map(ownerOf),
      counts: described.map(({ samples }) => samples.length),
    },
  };
}

/** Told here, because what was found has no tokens then. */
function lostTokens({ textureTokens }: ImageEmbedding): string[] {
  return warnOfTokens(textureTokens === null || finiteTokens(textureTokens) !== null);
}

interface OwnedSamples extends Pick<PlacedDescription, 'samples' | 'centres' | 'traits'> {
  readonly owner: number;
}

function pool(owned: readonly OwnedSamples[]): SamplePool {
  const values = owned.flatMap(({ samples }) => samples);
  return {
    dimensions: values[0]?.length ?? 0,
    centres: Uint32Array.from(owned.flatMap(({ centres }) => [...centres])),
    owners: Int32Array.from(owned.flatMap(({ samples, owner }) => samples.map(() => owner))),
    values: Float64Array.from(values.flat()),
    traits: Float32Array.from(
      owned.flatMap(({ traits }) => (traits ?? []).flatMap(({ x, y, values }) => [x, y, ...values])),
    ),
  };
}

function gridCells(width: number, height: number): Mask[] {
  const edges = (length: number) => Array.from({ length: gridSide + 1 }, (_, i) => Math.floor((i * length) / gridSide));
  const [columns, rows] = [edges(width), edges(height)];
  return rows.slice(1).flatMap((bottom, row) =>
    columns.slice(1).flatMap((right, column) => {
      const [x, y] = [columns[column] as number, rows[row] as number];
      return right > x && bottom > y
        ? [maskFromBox(width, height, { x, y, width: right - x, height: bottom - y })]
        : [];
    }),
  );
}

/** Removals with masks named by their index. */
export function removedMasks(
  masks: readonly FoundMask[],
  removals: readonly RemovalRecord<FoundMask>[],
): RemovedMask[] {
  const indexOf = new Map(masks.map((mask, index) => [mask, index]));
  const at = (mask: FoundMask) => indexOf.get(mask) ?? -1;
  return removals.map(({ removed, rule, causes, ratio }) => ({
    mask: at(removed),
    rule,
    causes: causes.map(at),
    ratio,
  }));
}

/** What was explored, boosted with other choices: a segmentation from which `segment`'s files can be written. */
export function segmentationOf(
  json: Uint8Array,
  { stage, materials, removal }: BoostChoices,
): StagedMasks & { readonly timingsMs: Timings; readonly warnings: readonly string[] } {
  const explored = parseJson(Buffer.from(json).toString()) as ExplorationJson;
  const found = foundMasksFromJson(explored);
  const options = { ...explored.options, materials, removal };
  const { microstructure, warnings, ...boosted } = boostAgain(found, options, explored.parameters);
  return {
    proposals: found.masks,
    removal: stage === 'sam' ? null : boosted.removal,
    microstructure: stage === 'boosted' ? microstructure : null,
    warnings: [...explored.warnings, ...(stage === 'boosted' ? warnings : [])],
    timingsMs: explored.timingsMs,
  };
}
