import type { Microstructure } from '../booster/build-microstructure.js';
import { describeMasks, type MaskDescription, type MaskSamples } from '../booster/describe-masks.js';
import { finiteTokens } from '../booster/finite-values.js';
import type { MaterialProfile } from '../booster/material-profile.js';
import type { MaterialVote } from '../booster/material-vote.js';
import {
  type Candidate,
  findCandidates,
  type MaterialMember,
  paintCandidates,
  voteCandidates,
  withoutName,
} from '../booster/merge-candidates.js';
import { type NamedVote, nameMaterials } from '../booster/name-materials.js';
import { warnOfMerging, warnOfTokens } from '../booster/segmentation-warnings.js';
import type { GreyImage } from '../core/micrograph.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { MaskProposal } from '../sam/mask-proposal.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import type { LoadedModels } from './loaded-models.js';
import type { PipelineParameters, SegmentOptions } from './pipeline-parameters.js';
import { describeForNames } from './use-profile.js';

/** A proposal with its score (see {@link proposalScore}). */
export interface ScoredProposal extends MaskProposal {
  readonly score: number;
}

export interface MergedMasks {
  readonly microstructure: Microstructure<MaterialMember<ScoredProposal>>;
  readonly warnings: readonly string[];
}

type MergingModels = Pick<LoadedModels, 'texture'>;
type MergingOptions = Pick<SegmentOptions, 'materials' | 'seed' | 'profile'> & Partial<Pick<SegmentOptions, 'merge'>>;

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
  const regions = described.candidates.map(({ region }) => region);
  const nameSamples = options.profile && (await describeForNames(models.texture, micrograph, regions, options.profile));
  const named = nameCandidates(described, options.profile, nameSamples);
  const microstructure = paintCandidates(micrograph, described, named, parameters);
  const { candidates, tokens } = described;
  const warnings = [
    ...warnOfTokens(tokens !== null || embedding.textureTokens === null),
    ...warnOfMerging({
      masks: candidates.map(({ mask }) => mask),
      sampleCounts: described.described.map(({ samples }) => samples.length),
      wanted: parameters.merging.cropsPerMask,
      cropSize: models.texture.cropSize,
      minimumShare: parameters.merging.minimumShare,
      materials: options.materials,
      painted: microstructure.materials.length,
    }),
  ];
  return { microstructure, warnings };
}

/** Masks that may show a material, with descriptors of each. */
export interface DescribedCandidates {
  readonly candidates: readonly Candidate<ScoredProposal>[];
  readonly described: readonly MaskDescription[];
  /** Which of them show one material, by grouping; null for those that could not be described. */
  readonly votes: readonly (MaterialVote | null)[];
  readonly tokens: TextureTokens | null;
}

/** The costly half of mask merging: kept masks, and regions that none of them covers, described by their texture and grouped by it. */
export async function describeCandidates(
  { texture }: MergingModels,
  micrograph: GreyImage,
  embedding: Pick<ImageEmbedding, 'textureTokens'>,
  kept: readonly ScoredProposal[],
  options: MergingOptions,
  parameters: PipelineParameters,
): Promise<DescribedCandidates> {
  const tokens = finiteTokens(embedding.textureTokens);
  const candidates = findCandidates(micrograph, kept, tokens, options, parameters);
  const regions = candidates.map(({ region }) => region);
  const found = await describeMasks(
    micrograph,
    regions,
    { encoder: texture, tokens },
    { ...parameters.merging, seed: options.seed },
  );
  const described = found.map((each, index) => ({ ...each, areaPx: candidates[index]?.ownPx ?? each.areaPx }));
  return { candidates, described, votes: voteCandidates(described, options, parameters), tokens };
}

/** What a described candidate shows, and what a profile calls it; in the order of the candidates. */
export function nameCandidates(
  { votes, described }: Pick<DescribedCandidates, 'votes' | 'described'>,
  profile: MaterialProfile | undefined,
  nameSamples: readonly MaskSamples[] | undefined,
): (NamedVote | null)[] {
  if (profile === undefined || nameSamples === undefined) return votes.map(withoutName);
  const known = votes.flatMap((vote, index) => {
    const mask = { samples: nameSamples[index] ?? [], areaPx: described[index]?.areaPx ?? 0 };
    return vote === null ? [] : { vote, mask };
  });
  const named = nameMaterials(
    known.map(({ vote }) => vote),
    known.map(({ mask }) => mask),
    profile,
  );
  return votes.map((vote) => (vote === null ? null : (named.shift() ?? null)));
}
