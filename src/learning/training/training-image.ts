import type { EvaluationCase } from '../../annotations/evaluation-case.js';
import type { MaskSamples } from '../../booster/describe-masks.js';
import type { NamedRegion } from '../../booster/learn-names.js';
import type { MaterialProfile } from '../../booster/material-profile.js';
import type { MaterialVote } from '../../booster/material-vote.js';
import { voteCandidates } from '../../booster/merge-candidates.js';
import type { DescribedCandidates } from '../../booster/merge-described.js';
import { type Mask, subtract, unionOf } from '../../core/mask.js';
import type { MaterialCount } from '../../core/material-count.js';
import type { GreyImage } from '../../core/micrograph.js';
import { findMasks } from '../../pipeline/find-masks.js';
import { keepProposals } from '../../pipeline/keep-proposals.js';
import type { LoadedModels } from '../../pipeline/loaded-models.js';
import { describeCandidates, type ScoredProposal } from '../../pipeline/merge-masks.js';
import { defaultSegmentOptions, pipelineParameters } from '../../pipeline/pipeline-parameters.js';
import { describeForNames } from '../../pipeline/use-profile.js';
import type { ImageEmbedding } from '../../sam/sam-model.js';

/** What people accepted of an image: one mask per label of theirs. */
export interface AcceptedMask {
  readonly name: string;
  readonly mask: Mask;
}

/** How mask removal and the generator's filters may differ from the defaults. */
export type FilterSetting = Pick<MaterialProfile, 'filter' | 'removal'>;

/** Candidates for materials under one setting, with their descriptors for clustering and for names. */
export interface DescribedMasks extends DescribedCandidates<ScoredProposal> {
  /** Which of them show one material, by grouping; null for those that could not be described. */
  readonly votes: readonly (MaterialVote | null)[];
  readonly nameSamples: readonly MaskSamples[];
}

/** An accepted image with all that training needs of it. */
export interface TrainingImage {
  /** The task. */
  readonly id: string;
  /** Which annotation it was, and when it was last changed. */
  readonly annotation: string;
  readonly width: number;
  readonly height: number;
  readonly accepted: readonly AcceptedMask[];
  readonly regions: readonly NamedRegion[];
  /** What the pipeline finds in it; null for images that only teach names. */
  readonly found: ((setting: FilterSetting) => Promise<DescribedMasks>) | null;
}

/** Regions smaller than this teach nothing of a texture. */
const leastRegionPx = 64;

/**
 * What the first annotation of a case says, one mask per label that the label config has. Pixels to which another person gave another label are left
 * out: they are in dispute.
 */
export function acceptedMasks({ annotations }: EvaluationCase, labels: readonly string[]): AcceptedMask[] {
  const [first, ...others] = annotations;
  return labels.flatMap((name) => {
    const [own, ...more] = first.regions.flatMap(({ label, mask }) => (label === name ? mask : []));
    if (own === undefined) return [];
    const disputed = others.flatMap(({ regions }) =>
      regions.flatMap(({ label, mask }) => (label === name ? [] : mask)),
    );
    const agreed = others.flatMap(({ regions }) => regions.flatMap(({ label, mask }) => (label === name ? mask : [])));
    const contested = disputed.map((mask) => subtract(mask, ...agreed));
    const mask = subtract(unionOf(own, ...more), ...contested);
    return mask.areaPx < leastRegionPx ? [] : [{ name, mask }];
  });
}

/** What an image is prepared with. */
export interface PrepareOptions {
  readonly models: LoadedModels;
  readonly micrograph: GreyImage;
  readonly accepted: readonly AcceptedMask[];
  readonly materials: MaterialCount;
  /** Encodes the image, or takes the encoding from the cache; left out for images that only teach names. */
  readonly encode?: (() => Promise<ImageEmbedding>) | undefined;
}

/** Describes what people accepted, and finds what the pipeline would find. */
export async function prepareImage(
  id: string,
  annotation: string,
  { models, micrograph, accepted, materials, encode }: PrepareOptions,
): Promise<TrainingImage> {
  const { width, height } = micrograph;
  const masks = accepted.map(({ mask }) => mask);
  const samples = await describeForNames(micrograph, masks);
  const regions = accepted.map(({ name }, index) => ({ name, image: id, samples: samples[index] ?? [] }));
  const found = encode === undefined ? null : await maskFinder(models, micrograph, materials, await encode());
  return { id, annotation, width, height, accepted, regions, found };
}

async function maskFinder(
  models: LoadedModels,
  micrograph: GreyImage,
  materials: MaterialCount,
  embedding: ImageEmbedding,
): Promise<(setting: FilterSetting) => Promise<DescribedMasks>> {
  const { proposals } = await findMasks(
    models,
    micrograph,
    { ...defaultSegmentOptions, embedding },
    pipelineParameters,
  );
  const known = new Map<string, Promise<DescribedMasks>>();
  const describeOnce = describesOnce(micrograph);
  return (setting) => {
    const removal = { ...pipelineParameters.removal, ...setting.removal };
    const trusted = proposals.filter(passes(setting.filter));
    const { kept } = keepProposals({ proposals: trusted, embedding }, { ...pipelineParameters, removal });
    // Most settings change nothing in most images.
    const key = kept.map((proposal) => proposals.indexOf(proposal)).join();
    const describe = async (): Promise<DescribedMasks> => {
      const options = { materials, seed: defaultSegmentOptions.seed };
      const described = await describeCandidates(models, micrograph, embedding, kept, options, pipelineParameters);
      const regions = described.candidates.map(({ region }) => region);
      const votes = voteCandidates(described.candidates, described.described, options, pipelineParameters);
      return { ...described, votes, nameSamples: await describeOnce(regions) };
    };
    const described = known.get(key) ?? describe();
    known.set(key, described);
    return described;
  };
}

/** Describes masks for names; those that another setting has left as they are, only once. */
function describesOnce(micrograph: GreyImage) {
  const known = new Map<string, MaskSamples>();
  return async (regions: readonly Mask[]): Promise<MaskSamples[]> => {
    const keys = regions.map(({ runs }) => runs.join());
    const fresh = regions.filter((_, index) => !known.has(keys[index] ?? ''));
    const samples = await describeForNames(micrograph, fresh);
    fresh.forEach(({ runs }, index) => known.set(runs.join(), samples[index] ?? []));
    return keys.map((key) => known.get(key) ?? []);
  };
}

function passes({ predictedIou, stabilityScore }: FilterSetting['filter']) {
  return (proposal: ScoredProposal): boolean =>
    proposal.predictedIou >= predictedIou && proposal.stabilityScore >= stabilityScore;
}
