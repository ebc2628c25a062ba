import {
  describeMasks,
  type MaskDescription,
  type MaskSamples,
  type PlacedDescription,
} from '../booster/describe-masks.js';
import { finiteTokens } from '../booster/finite-values.js';
import type { MaterialProfile } from '../booster/material-profile.js';
import type { MaterialVote } from '../booster/material-vote.js';
import { findCandidates, withoutName } from '../booster/merge-candidates.js';
import { type DescribedCandidates, type MergedCandidates, mergeDescribed } from '../booster/merge-described.js';
import { type NamedVote, nameMaterials } from '../booster/name-materials.js';
import { withTraits } from '../booster/sample-traits.js';
import { warnOfTokens } from '../booster/segmentation-warnings.js';
import type { GreyImage } from '../core/micrograph.js';
import type { MaskProposal } from '../sam/mask-proposal.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import { traitReader } from '../texture/own-traits.js';
import type { LoadedModels } from './loaded-models.js';
import type { PipelineParameters, SegmentOptions } from './pipeline-parameters.js';
import { describeForNames } from './use-profile.js';

/** A proposal with its score (see {@link proposalScore}). */
export interface ScoredProposal extends MaskProposal {
  readonly score: number;
}

type MergingModels = Pick<LoadedModels, 'texture'>;
type MergingOptions = Pick<SegmentOptions, 'materials' | 'seed' | 'profile'> &
  Partial<Pick<SegmentOptions, 'merge'>> & {
    /** SAM's masks before mask removal; unset: as many as are kept. */
    readonly found?: number | undefined;
  };

/** Mask merging with all its steps: kept masks → one region per material. */
export async function mergeMasks(
  models: MergingModels,
  micrograph: GreyImage,
  embedding: Pick<ImageEmbedding, 'textureTokens'>,
  kept: readonly ScoredProposal[],
  options: MergingOptions,
  parameters: PipelineParameters,
): Promise<MergedCandidates<ScoredProposal>> {
  const described = await describeCandidates(models, micrograph, embedding, kept, options, parameters);
  const regions = described.candidates.map(({ region }) => region);
  const { profile } = options;
  const nameSamples = profile && (await describeForNames(micrograph, regions));
  const merged = mergeDescribed(
    micrograph,
    described,
    {
      ...options,
      found: options.found ?? kept.length,
      cropSize: models.texture.cropSize,
      wantedSamples: parameters.merging.cropsPerMask,
      name: (votes) => nameCandidates({ ...described, votes }, profile, nameSamples),
    },
    parameters,
  );
  const lost = warnOfTokens(described.tokens !== null || embedding.textureTokens === null);
  return { ...merged, warnings: [...lost, ...merged.warnings] };
}

/** Masks that may show a material, with descriptors of each, and where in the image the samples were taken. */
export interface DescribedProposals extends DescribedCandidates<ScoredProposal> {
  readonly described: readonly PlacedDescription[];
}

/** The costly half of mask merging: kept masks, and regions that none of them covers, described by their texture. */
export async function describeCandidates(
  { texture }: MergingModels,
  micrograph: GreyImage,
  embedding: Pick<ImageEmbedding, 'textureTokens'>,
  kept: readonly ScoredProposal[],
  options: MergingOptions,
  parameters: PipelineParameters,
): Promise<DescribedProposals> {
  const tokens = finiteTokens(embedding.textureTokens);
  const candidates = findCandidates(micrograph, kept, tokens, options, parameters);
  const regions = candidates.map(({ region }) => region);
  const found = await describeMasks(
    micrograph,
    regions,
    { encoder: texture, tokens },
    { ...parameters.merging, seed: options.seed },
  );
  const seen = await withTraits(micrograph, regions, found, traitReader());
  const described = seen.map((each, index) => ({ ...each, areaPx: candidates[index]?.ownPx ?? each.areaPx }));
  return { candidates, described, tokens };
}

/** What a described candidate shows, and what a profile calls it; in the order of the candidates. */
export function nameCandidates(
  {
    votes,
    described,
  }: { readonly votes: readonly (MaterialVote | null)[]; readonly described: readonly MaskDescription[] },
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
