import { isFlat } from '../booster/segmentation-warnings.js';
import { withoutExcluded } from '../booster/without-excluded.js';
import type { GreyImage } from '../core/micrograph.js';
import { generateMasks, type MeasureStep } from '../sam/automatic-mask-generator.js';
import { proposalScore } from '../sam/mask-proposal.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import type { LoadedModels } from './loaded-models.js';
import type { ScoredProposal } from './merge-masks.js';
import { generatorOptionsFor, type PipelineParameters, type SegmentOptions } from './pipeline-parameters.js';

/** What SAM finds in one micrograph, before anything is left out. */
export interface FoundProposals {
  readonly embedding: ImageEmbedding;
  /** Masks that the generator trusts, scored, without excluded pixels; none in a picture that shows nothing. */
  readonly proposals: readonly ScoredProposal[];
  /** All pixels are alike: whatever SAM sees there is made up. */
  readonly isFlat: boolean;
}

/** How the step runs. */
export interface FindOptions extends Pick<SegmentOptions, 'pointsPerSide' | 'layers'> {
  /** The micrograph's encoding, if it is there already. */
  readonly embedding?: ImageEmbedding | undefined;
  readonly measure?: MeasureStep | undefined;
}

const untimed: MeasureStep = (_step, work) => work();

/** The pipeline's first step: SAM's automatic masks, each with its score. */
export async function findMasks(
  { sam, thresholds }: Pick<LoadedModels, 'sam' | 'thresholds'>,
  micrograph: GreyImage,
  { embedding: encoded, measure = untimed, ...grid }: FindOptions,
  parameters: PipelineParameters,
): Promise<FoundProposals> {
  const flat = isFlat(micrograph);
  if (flat && encoded !== undefined) return { embedding: encoded, proposals: [], isFlat: flat };
  const options = generatorOptionsFor(micrograph, grid, parameters, thresholds);
  const { proposals, embedding } = await generateMasks(sam, micrograph, options, measure, encoded);
  const scored = flat ? [] : proposals.map((proposal) => ({ ...proposal, score: proposalScore(proposal) }));
  return { embedding, proposals: withoutExcluded(scored, micrograph.excluded), isFlat: flat };
}
