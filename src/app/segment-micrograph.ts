import type { Material, MaterialMask, Microstructure } from '../booster/build-microstructure.js';
import { buildMicrostructure, withMap } from '../booster/build-microstructure.js';
import type { ConfidenceCurve } from '../booster/confidence.js';
import { calibrate } from '../booster/confidence.js';
import type { MaskSamples } from '../booster/describe-masks.js';
import type { RemovalResult } from '../booster/removal-record.js';
import { removeMasks } from '../booster/mask-removal.js';
import { describeMasks } from '../booster/describe-masks.js';
import { finiteSamples, finiteTokens } from '../booster/finite-values.js';
import { voteMaterials } from '../booster/mask-merging.js';
import type { MaterialProfile } from '../booster/material-profile.js';
import type { MaterialVote } from '../booster/material-vote.js';
import { nameMaterials, type NamedVote } from '../booster/name-materials.js';
import { refineBorders } from '../booster/refine-borders.js';
import type { SplitOptions } from '../booster/split-mixed-masks.js';
import { splitMixedMasks } from '../booster/split-mixed-masks.js';
import { ownRegions } from '../booster/own-regions.js';
import { uncoveredRegions } from '../booster/uncovered-regions.js';
import type { Mask } from '../core/mask.js';
import type { MaterialCount } from '../core/material-count.js';
import type { GreyImage, Micrograph } from '../core/micrograph.js';
import { generateMasks } from '../sam/automatic-mask-generator.js';
import type { MaskProposal } from '../sam/mask-proposal.js';
import { proposalScore } from '../sam/mask-proposal.js';
import type { TextureTokens } from '../core/token-grid.js';
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

/** What shows a material: one of SAM's masks, or a region that none of them covers. */
export interface MaterialMember extends MaterialMask {
  readonly proposal: ScoredProposal | null;
  /** The name that a profile gives the material; null without a profile, and for what is unlike anything that it has seen. */
  readonly name: string | null;
}

export interface Segmentation {
  readonly embedding: ImageEmbedding;
  readonly proposals: readonly ScoredProposal[];
  /** Null before the stage `removed`. */
  readonly removal: RemovalResult<ScoredProposal> | null;
  /** Null before the stage `boosted`. */
  readonly microstructure: Microstructure<MaterialMember> | null;
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
  readonly microstructure: Microstructure<MaterialMember>;
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
  const named = nameCandidates(described, options.profile, nameSamples);
  const microstructure = paintCandidates(micrograph, described, named, parameters);
  const { candidates, samples, textureTokens } = described;
  const warnings = [
    ...warnOfTokens(textureTokens !== null || embedding.textureTokens === null),
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
export interface DescribedCandidates {
  readonly candidates: readonly Candidate[];
  readonly regions: readonly Mask[];
  readonly samples: readonly MaskSamples[];
  /** Which of them show one material, by clustering; null for those that could not be described. */
  readonly votes: readonly (MaterialVote | null)[];
  readonly textureTokens: TextureTokens | null;
}

/** The costly half of mask merging: kept masks, and regions that none of them covers, described by their texture and grouped by it. */
export async function describeCandidates(
  { texture }: MergingModels,
  micrograph: GreyImage,
  embedding: Pick<ImageEmbedding, 'textureTokens'>,
  kept: readonly ScoredProposal[],
  options: MergingOptions,
  { merging, removal, uncovered, splitting }: PipelineParameters,
): Promise<DescribedCandidates> {
  const { width, height } = micrograph;
  const textureTokens = finiteTokens(embedding.textureTokens);
  const masks = kept.map(({ mask }) => mask);
  // Where SAM found nothing at all, there is nothing to go by.
  const gaps = masks.length === 0 ? [] : uncoveredRegions(width, height, masks, uncovered);
  const found = [
    ...kept.map((proposal) => ({ mask: proposal.mask, score: proposal.score, proposal })),
    ...gaps.map((mask) => ({ mask, score: uncovered.score, proposal: null })),
  ];
  const candidates = splitWhereTooFew(found, textureTokens, { ...options, ...merging, ...splitting });
  const regions = ownRegions(candidates, removal);
  const sources = { encoder: texture, tokens: textureTokens };
  const described = await describeMasks(micrograph, regions, sources, { ...merging, seed: options.seed });
  const samples = described.map(finiteSamples);
  return { candidates, regions, samples, votes: voteCandidates(samples, options, merging), textureTokens };
}

/** Groups candidates by their samples; those without any have no vote. */
export function voteCandidates(
  samples: readonly MaskSamples[],
  { materials, seed }: Pick<SegmentOptions, 'materials' | 'seed'>,
  merging: PipelineParameters['merging'],
): (MaterialVote | null)[] {
  const votes = voteMaterials(
    samples.filter(({ length }) => length > 0),
    { ...merging, materials, seed },
  );
  return samples.map(({ length }) => (length === 0 ? null : (votes.shift() ?? null)));
}

/** What a described candidate shows, and what a profile calls it; in the order of the candidates. */
export function nameCandidates(
  { votes }: DescribedCandidates,
  profile: MaterialProfile | undefined,
  nameSamples: readonly MaskSamples[] | undefined,
): (NamedVote | null)[] {
  if (profile === undefined || nameSamples === undefined) {
    return votes.map((vote) => vote && { ...vote, name: null });
  }
  const known = votes.flatMap((vote, index) => (vote === null ? [] : { vote, samples: nameSamples[index] ?? [] }));
  const named = nameMaterials(
    known.map(({ vote }) => vote),
    known.map(({ samples }) => samples),
    profile,
  );
  return votes.map((vote) => (vote === null ? null : (named.shift() ?? null)));
}

/** The other half: paints the masks of each material and moves their borders. */
export function paintCandidates(
  { width, height }: Pick<GreyImage, 'width' | 'height'>,
  { candidates, textureTokens }: DescribedCandidates,
  named: readonly (NamedVote | null)[],
  { removal, borders, confidence }: PipelineParameters,
): Microstructure<MaterialMember> {
  const voted = candidates.flatMap((candidate, index) => {
    const vote = named[index];
    return vote === null || vote === undefined ? [] : [{ ...candidate, ...vote }];
  });
  const painted = buildMicrostructure(width, height, voted, removal);
  const refined =
    textureTokens === null ? painted : withMap(painted, refineBorders(painted.map, textureTokens, borders));
  return { ...refined, materials: refined.materials.map((each) => calibrated(each, confidence)) };
}

function calibrated(material: Material<MaterialMember>, curve: ConfidenceCurve): Material<MaterialMember> {
  return { ...material, score: calibrate(material.score, curve) };
}

interface Candidate {
  readonly mask: Mask;
  readonly score: number;
  readonly proposal: ScoredProposal | null;
}

/** Where the number of materials is known and there are fewer masks, cuts those that are of two textures. */
function splitWhereTooFew(
  candidates: readonly Candidate[],
  tokens: TextureTokens | null,
  options: SplitOptions & { readonly materials: MaterialCount },
): readonly Candidate[] {
  const { materials } = options;
  if (tokens === null || typeof materials !== 'number' || candidates.length >= materials) return candidates;
  const masks = candidates.map(({ mask }) => mask);
  return splitMixedMasks(masks, tokens, materials, options).flatMap(({ mask, parent }) => {
    const candidate = candidates[parent];
    return candidate === undefined ? [] : [{ ...candidate, mask }];
  });
}
