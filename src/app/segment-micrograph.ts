import type { Microstructure } from '../booster/build-microstructure.js';
import type { MaskSamples } from '../booster/describe-masks.js';
import type { RemovalResult } from '../booster/removal-record.js';
import { removeMasks } from '../booster/mask-removal.js';
import { describeMasks } from '../booster/describe-masks.js';
import { finiteSamples, finiteTokens } from '../booster/finite-values.js';
import type { DescribedCandidates, MaterialMember } from '../booster/merge-candidates.js';
import { findCandidates, mergeCandidates } from '../booster/merge-candidates.js';
import { nameMaterials } from '../booster/name-materials.js';
import { ownRegions } from '../booster/own-regions.js';
import type { Mask } from '../core/mask.js';
import type { GreyImage, Micrograph } from '../core/micrograph.js';
import { generateMasks } from '../sam/automatic-mask-generator.js';
import type { MaskProposal } from '../sam/mask-proposal.js';
import { proposalScore } from '../sam/mask-proposal.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import type { LoadedModels } from './load-models.js';
import type { PipelineParameters, SegmentOptions } from './pipeline-parameters.js';
import { describeForNames, passesFilter, withProfile } from './use-profile.js';
import { isFlat, warnOfCount, warnOfProposals, warnOfTexture, warnOfTokens } from './segmentation-warnings.js';
import type { Stopwatch } from './timings.js';

/** A proposal with its score (see {@link proposalScore}). */
export interface ScoredProposal extends MaskProposal {
  readonly score: number;
}

export interface Segmentation {
  readonly embedding: ImageEmbedding;
  readonly proposals: readonly ScoredProposal[];
  /** Null before the stage `removed`. */
  readonly removal: RemovalResult<ScoredProposal> | null;
  /** Null before the stage `boosted`. */
  readonly microstructure: Microstructure<MaterialMember<ScoredProposal>> | null;
  readonly warnings: readonly string[];
}

/** The whole pipeline: SAM's automatic masks → mask removal → mask merging → one region per material. */
export async function segmentMicrograph(
  models: LoadedModels,
  micrograph: Micrograph,
  options: SegmentOptions,
  defaults: PipelineParameters,
  { measure }: Stopwatch,
): Promise<Segmentation> {
  const { profile } = options;
  const parameters = withProfile(defaults, profile);
  const generatorOptions = { ...options, ...parameters, thresholds: models.thresholds };
  const { proposals: trusted, embedding } = await generateMasks(models.sam, micrograph, generatorOptions, measure);
  const flat = isFlat(micrograph);
  const scored = flat ? [] : trusted.map((proposal) => ({ ...proposal, score: proposalScore(proposal) }));
  const proposals = scored.filter((proposal) => passesFilter(proposal, profile));
  const warnings = warnOfProposals(micrograph.name, flat, proposals.length);
  const unboosted = { embedding, proposals, removal: null, microstructure: null, warnings };
  if (options.stage === 'sam') return unboosted;

  const removal = await measure('removal', () => removeMasks(proposals, parameters.removal));
  if (options.stage === 'removed') return { ...unboosted, removal };

  const merged = await measure('merging', () =>
    mergeMasks(models, micrograph, embedding, removal.kept, options, parameters),
  );
  return { ...unboosted, removal, microstructure: merged.microstructure, warnings: [...warnings, ...merged.warnings] };
}

export interface MergedMasks {
  readonly microstructure: Microstructure<MaterialMember<ScoredProposal>>;
  readonly warnings: readonly string[];
}

type MergingModels = Pick<LoadedModels, 'texture'>;
type MergingOptions = Pick<SegmentOptions, 'materials' | 'seed' | 'profile'>;

/** Mask merging with all its steps: kept masks → one region per material. */
export async function mergeMasks(
  models: MergingModels,
  micrograph: GreyImage,
  embedding: Pick<ImageEmbedding, 'textureTokens'>,
  kept: readonly ScoredProposal[],
  options: MergingOptions,
  parameters: PipelineParameters,
): Promise<MergedMasks> {
  const described = await describeCandidates(models, micrograph, embedding, kept, options, parameters);
  const nameSamples =
    options.profile && (await describeForNames(models.texture, micrograph, described.regions, options.profile));
  const microstructure = mergeDescribed(micrograph, described, { ...options, nameSamples }, parameters);
  const { candidates, samples, tokens } = described;
  const warnings = [
    ...warnOfTokens(tokens !== null || embedding.textureTokens === null),
    ...warnOfTexture({
      masks: candidates.map(({ mask }) => mask),
      sampleCounts: samples.map(({ length }) => length),
      wanted: parameters.merging.cropsPerMask,
      cropSize: models.texture.cropSize,
      minimumShare: parameters.merging.minimumShare,
    }),
    ...warnOfCount(options.materials, candidates.length, microstructure.materials.length),
  ];
  return { microstructure, warnings };
}

/** Masks that may show a material, each with where it shows its own texture, and descriptors of that. */
export interface DescribedRegions extends DescribedCandidates<ScoredProposal> {
  readonly regions: readonly Mask[];
}

/** The costly half of mask merging: kept masks, and regions that none of them covers, described by their texture. */
export async function describeCandidates(
  { texture }: MergingModels,
  micrograph: GreyImage,
  embedding: Pick<ImageEmbedding, 'textureTokens'>,
  kept: readonly ScoredProposal[],
  options: MergingOptions,
  parameters: PipelineParameters,
): Promise<DescribedRegions> {
  const tokens = finiteTokens(embedding.textureTokens);
  const candidates = findCandidates(micrograph, kept, tokens, options, parameters);
  const regions = ownRegions(candidates, parameters.removal);
  const sources = { encoder: texture, tokens };
  const described = await describeMasks(micrograph, regions, sources, { ...parameters.merging, seed: options.seed });
  return { candidates, regions, samples: described.map(finiteSamples), tokens };
}

/** The other half: groups described masks into materials, names these by the profile, paints them and moves their borders. */
export function mergeDescribed(
  size: Pick<GreyImage, 'width' | 'height'>,
  described: DescribedRegions,
  { profile, nameSamples, ...options }: MergingOptions & { readonly nameSamples?: readonly MaskSamples[] | undefined },
  parameters: PipelineParameters,
): Microstructure<MaterialMember<ScoredProposal>> {
  const boostOptions = { ...options, removal: parameters.removal };
  if (profile === undefined || nameSamples === undefined)
    return mergeCandidates(size, described, boostOptions, parameters);
  return mergeCandidates(size, described, boostOptions, parameters, (votes, known) =>
    nameMaterials(
      votes,
      known.map((index) => nameSamples[index] ?? []),
      profile,
    ),
  );
}
