import type { EvaluationCase } from '../../annotations/evaluation-case.js';
import type { MaskSamples } from '../../booster/describe-masks.js';
import { finiteTokens } from '../../booster/finite-values.js';
import { keepMasks } from '../../booster/keep-masks.js';
import type { NamedRegion } from '../../booster/learn-names.js';
import type { LearnedProfile } from '../../booster/material-profile.js';
import { isFlat } from '../../booster/segmentation-warnings.js';
import { type Mask, subtract, unionOf } from '../../core/mask.js';
import type { MaterialCount } from '../../core/material-count.js';
import type { GreyImage } from '../../core/micrograph.js';
import type { LoadedModels } from '../../pipeline/loaded-models.js';
import { describeCandidates, type DescribedCandidates, type ScoredProposal } from '../../pipeline/merge-masks.js';
import { defaultSegmentOptions, generatorOptionsFor, pipelineParameters } from '../../pipeline/pipeline-parameters.js';
import { describeForNames } from '../../pipeline/use-profile.js';
import { generateMasks } from '../../sam/automatic-mask-generator.js';
import { proposalScore } from '../../sam/mask-proposal.js';
import type { ImageEmbedding } from '../../sam/sam-model.js';

/** What people accepted of an image: one mask per label of theirs. */
export interface AcceptedMask {
  readonly name: string;
  readonly mask: Mask;
}

/** How mask removal and the generator's filters may differ from the defaults. */
export type FilterSetting = Pick<LearnedProfile, 'filter' | 'removal'>;

/** Candidates for materials under one setting, with their descriptors for clustering and for names. */
export interface DescribedMasks extends DescribedCandidates {
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
  const samples = await describeForNames(models.texture, micrograph, masks, { version: 2 });
  const regions = accepted.map(({ name }, index) => ({ name, image: id, samples: samples[index] ?? [] }));
  const found = encode === undefined ? null : await findMasks(models, micrograph, materials, await encode());
  return { id, annotation, width, height, accepted, regions, found };
}

async function findMasks(
  models: LoadedModels,
  micrograph: GreyImage,
  materials: MaterialCount,
  embedding: ImageEmbedding,
): Promise<(setting: FilterSetting) => Promise<DescribedMasks>> {
  const proposals = await proposalsOf(models, micrograph, embedding);
  const known = new Map<string, Promise<DescribedMasks>>();
  const describeOnce = describesOnce(models, micrograph);
  return (setting) => {
    const removal = { ...pipelineParameters.removal, ...setting.removal };
    const { kept } = keepMasks(proposals.filter(passes(setting.filter)), finiteTokens(embedding.textureTokens), {
      ...pipelineParameters,
      removal,
    });
    // Most settings change nothing in most images.
    const key = kept.map((proposal) => proposals.indexOf(proposal)).join();
    const describe = async (): Promise<DescribedMasks> => {
      const options = { materials, seed: defaultSegmentOptions.seed };
      const described = await describeCandidates(models, micrograph, embedding, kept, options, pipelineParameters);
      const regions = described.candidates.map(({ region }) => region);
      return { ...described, nameSamples: await describeOnce(regions) };
    };
    const described = known.get(key) ?? describe();
    known.set(key, described);
    return described;
  };
}

/** Describes masks for names; those that another setting has left as they are, only once. */
function describesOnce({ texture }: LoadedModels, micrograph: GreyImage) {
  const known = new Map<string, MaskSamples>();
  return async (regions: readonly Mask[]): Promise<MaskSamples[]> => {
    const keys = regions.map(({ runs }) => runs.join());
    const fresh = regions.filter((_, index) => !known.has(keys[index] ?? ''));
    const samples = await describeForNames(texture, micrograph, fresh, { version: 2 });
    fresh.forEach(({ runs }, index) => known.set(runs.join(), samples[index] ?? []));
    return keys.map((key) => known.get(key) ?? []);
  };
}

function passes({ predictedIou, stabilityScore }: FilterSetting['filter']) {
  return (proposal: ScoredProposal): boolean =>
    proposal.predictedIou >= predictedIou && proposal.stabilityScore >= stabilityScore;
}

async function proposalsOf(
  models: LoadedModels,
  micrograph: GreyImage,
  embedding: ImageEmbedding,
): Promise<ScoredProposal[]> {
  if (isFlat(micrograph)) return [];
  const options = generatorOptionsFor(micrograph, defaultSegmentOptions, pipelineParameters, models.thresholds);
  const { proposals } = await generateMasks(models.sam, micrograph, options, (_, work) => work(), embedding);
  return proposals.map((proposal) => ({ ...proposal, score: proposalScore(proposal) }));
}
