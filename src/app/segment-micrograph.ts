import type { MaterialMask, Microstructure } from '../booster/build-microstructure.js';
import { buildMicrostructure } from '../booster/build-microstructure.js';
import type { RemovalResult } from '../booster/mask-removal.js';
import { removeMasks } from '../booster/mask-removal.js';
import { describeMasks } from '../booster/describe-masks.js';
import { voteMaterials } from '../booster/mask-merging.js';
import type { Micrograph } from '../core/micrograph.js';
import { generateMasks } from '../sam/automatic-mask-generator.js';
import type { MaskProposal } from '../sam/mask-proposal.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import type { LoadedModels } from './load-models.js';
import type { PipelineParameters, SegmentOptions } from './pipeline-parameters.js';
import type { Stopwatch } from './timings.js';

/** A proposal with one score: SAM's trust in it, predicted IoU × stability score. */
export interface ScoredProposal extends MaskProposal {
  readonly score: number;
}

export type MaterialProposal = ScoredProposal & MaterialMask;

export interface Segmentation {
  readonly embedding: ImageEmbedding;
  readonly proposals: readonly ScoredProposal[];
  /** Null before the stage `removed`. */
  readonly removal: RemovalResult<ScoredProposal> | null;
  /** Null before the stage `boosted`. */
  readonly microstructure: Microstructure<MaterialProposal> | null;
  readonly warnings: readonly string[];
}

/** The whole pipeline: SAM's automatic masks → mask removal → mask merging → one region per material. */
export async function segmentMicrograph(
  models: LoadedModels,
  micrograph: Micrograph,
  options: SegmentOptions,
  parameters: PipelineParameters,
  { measure }: Stopwatch,
): Promise<Segmentation> {
  const generatorOptions = { ...options, ...parameters, thresholds: models.thresholds };
  const { proposals: trusted, embedding } = await generateMasks(models.sam, micrograph, generatorOptions, measure);
  const proposals = trusted.map((proposal) => ({
    ...proposal,
    score: proposal.predictedIou * proposal.stabilityScore,
  }));
  const warnings = proposals.length === 0 ? [`no mask was found in ${micrograph.name}: nothing is painted`] : [];
  const unboosted = { embedding, proposals, removal: null, microstructure: null, warnings };
  if (options.stage === 'sam') return unboosted;

  const removal = await measure('removal', () => removeMasks(proposals, parameters.removal));
  if (options.stage === 'removed') return { ...unboosted, removal };

  const microstructure = await measure('merging', () =>
    mergeMasks(models, micrograph, embedding, removal.kept, options, parameters),
  );
  return { ...unboosted, removal, microstructure };
}

async function mergeMasks(
  { texture, sameMaterialSimilarity }: LoadedModels,
  micrograph: Micrograph,
  { textureTokens }: ImageEmbedding,
  kept: readonly ScoredProposal[],
  { materials, seed }: SegmentOptions,
  { merging, removal }: PipelineParameters,
): Promise<Microstructure<MaterialProposal>> {
  const masks = kept.map(({ mask }) => mask);
  const sources = { encoder: texture, tokens: textureTokens };
  const samples = await describeMasks(micrograph, masks, sources, { ...merging, seed });
  const votes = voteMaterials(samples, { ...merging, sameMaterialSimilarity, materials, seed });
  const voted = kept.flatMap((proposal, index) => {
    const vote = votes[index];
    return vote === undefined ? [] : [{ ...proposal, ...vote }];
  });
  return buildMicrostructure(micrograph.width, micrograph.height, voted, removal);
}
