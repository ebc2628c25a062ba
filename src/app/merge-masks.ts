import type { Material, MaterialMask, Microstructure } from '../booster/build-microstructure.js';
import { buildMicrostructure, withMap } from '../booster/build-microstructure.js';
import type { ConfidenceCurve } from '../booster/confidence.js';
import { calibrate } from '../booster/confidence.js';
import type { MaskDescription, MaskSamples } from '../booster/describe-masks.js';
import { describeMasks } from '../booster/describe-masks.js';
import { finiteTokens } from '../booster/finite-values.js';
import { voteMaterials } from '../booster/mask-merging.js';
import { nameMaterials } from '../booster/name-materials.js';
import { ownRegions } from '../booster/own-regions.js';
import { refineBorders } from '../booster/refine-borders.js';
import type { SplitOptions } from '../booster/split-mixed-masks.js';
import { splitMixedMasks } from '../booster/split-mixed-masks.js';
import { uncoveredRegions } from '../booster/uncovered-regions.js';
import type { Mask } from '../core/mask.js';
import type { MaterialCount } from '../core/material-count.js';
import type { GreyImage } from '../core/micrograph.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { MaskProposal } from '../sam/mask-proposal.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import type { LoadedModels } from './load-models.js';
import type { PipelineParameters, SegmentOptions } from './pipeline-parameters.js';
import { warnOfCount, warnOfTexture, warnOfTokens } from './segmentation-warnings.js';
import { describeForNames } from './use-profile.js';

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
  const microstructure = mergeCandidates(micrograph, described, { ...options, nameSamples }, parameters);
  const { candidates, textureTokens } = described;
  const warnings = [
    ...warnOfTokens(textureTokens !== null || embedding.textureTokens === null),
    ...warnOfTexture({
      masks: candidates.map(({ mask }) => mask),
      sampleCounts: described.described.map(({ samples }) => samples.length),
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
  readonly described: readonly MaskDescription[];
  readonly textureTokens: TextureTokens | null;
}

/** The costly half of mask merging: kept masks, and regions that none of them covers, described by their texture. */
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
  const parts = splitMixed(found, textureTokens, { ...options, ...merging, ...splitting });
  // A mask that others hide shows nothing.
  const owned = ownRegions(parts, removal).flatMap((own, index) => {
    const candidate = parts[index];
    return candidate === undefined || own.ownPx === 0 ? [] : [{ candidate, ...own }];
  });
  const regions = owned.map(({ region }) => region);
  const sources = { encoder: texture, tokens: textureTokens };
  const described = await describeMasks(micrograph, regions, sources, { ...merging, seed: options.seed });
  return {
    candidates: owned.map(({ candidate }) => candidate),
    regions,
    described: described.map((each, index) => ({ ...each, areaPx: owned[index]?.ownPx ?? each.areaPx })),
    textureTokens,
  };
}

/** The other half: groups described masks into materials, names these, paints them and moves their borders. */
export function mergeCandidates(
  { width, height }: Pick<GreyImage, 'width' | 'height'>,
  { candidates, described, textureTokens }: DescribedCandidates,
  options: MergingOptions & { readonly nameSamples?: readonly MaskSamples[] | undefined },
  { merging, removal, borders, confidence }: PipelineParameters,
): Microstructure<MaterialMember> {
  const { materials, seed, profile, nameSamples } = options;
  const known = candidates.flatMap((candidate, index) => {
    const description = described[index];
    return description === undefined || description.samples.length === 0 ? [] : { candidate, description, index };
  });
  const votes = voteMaterials(
    known.map(({ description }) => description),
    { ...merging, materials, seed },
  );
  const named =
    profile === undefined || nameSamples === undefined
      ? votes.map((vote) => ({ ...vote, name: null }))
      : nameMaterials(
          votes,
          known.map(({ index }) => nameSamples[index] ?? []),
          profile,
        );
  const voted = known.flatMap(({ candidate }, index) => {
    const vote = named[index];
    return vote === undefined ? [] : [{ ...candidate, ...vote }];
  });
  const painted = buildMicrostructure(width, height, voted, removal);
  const refined =
    textureTokens === null
      ? painted
      : withMap(painted, refineBorders(painted.map, painted.materials, textureTokens, borders));
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

/**
 * Cuts masks that are clearly of two textures, and where the number of materials is known and there are fewer masks, also those that are of
 * two textures by a little.
 */
function splitMixed(
  candidates: readonly Candidate[],
  tokens: TextureTokens | null,
  { materials, clearSimilarity, ...options }: SplitOptions & SplitLimits,
): readonly Candidate[] {
  if (tokens === null) return candidates;
  const clearly = splitCandidates(candidates, tokens, Infinity, { ...options, mostSimilarity: clearSimilarity });
  if (typeof materials !== 'number' || clearly.length >= materials) return clearly;
  return splitCandidates(clearly, tokens, materials, options);
}

interface SplitLimits {
  readonly materials: MaterialCount;
  readonly clearSimilarity: number;
}

function splitCandidates(
  candidates: readonly Candidate[],
  tokens: TextureTokens,
  wanted: number,
  options: SplitOptions,
): readonly Candidate[] {
  const masks = candidates.map(({ mask }) => mask);
  return splitMixedMasks(masks, tokens, wanted, options).flatMap(({ mask, parent }) => {
    const candidate = candidates[parent];
    return candidate === undefined ? [] : [{ ...candidate, mask }];
  });
}
