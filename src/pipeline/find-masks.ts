import { isFlat } from '../booster/segmentation-warnings.js';
import { withoutExcluded } from '../booster/without-excluded.js';
import type { GreyImage } from '../core/micrograph.js';
import { generateMasks, type GeneratorThresholds, type MeasureStep } from '../sam/automatic-mask-generator.js';
import { type MaskProposal, proposalScore } from '../sam/mask-proposal.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import { lookAgain } from '../sam/specks/second-look.js';
import { withSpecks } from '../sam/specks/with-specks.js';
import { suppressDuplicates } from '../sam/suppress-duplicates.js';
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
export interface FindOptions extends Pick<SegmentOptions, 'pointsPerSide' | 'layers' | 'detail' | 'merge'> {
  /** The micrograph's encoding, if it is there already. */
  readonly embedding?: ImageEmbedding | undefined;
  readonly measure?: MeasureStep | undefined;
}

const untimed: MeasureStep = (_step, work) => work();

/** The pipeline's first step: SAM's automatic masks, those of a second look at small things among them, each with its score. */
export async function findMasks(
  { sam, thresholds }: Pick<LoadedModels, 'sam' | 'thresholds'>,
  micrograph: GreyImage,
  { embedding: encoded, measure = untimed, detail, merge, ...grid }: FindOptions,
  parameters: PipelineParameters,
): Promise<FoundProposals> {
  if (isFlat(micrograph)) {
    const embedding = encoded ?? (await measure('encode', () => sam.encode(micrograph)));
    return { embedding, proposals: [], isFlat: true };
  }
  const options = generatorOptionsFor(micrograph, grid, parameters, thresholds);
  const first = await generateMasks(sam, micrograph, options, measure, encoded);
  const { embedding } = first;
  const specks =
    detail === 'off'
      ? []
      : await lookAgain(sam, { image: micrograph, embedding }, parameters.secondLook[detail], measure);
  const proposals =
    merge === 'material'
      ? withSpecks(first.proposals, specks)
      : distinct([...first.proposals, ...specks.flat()], thresholds);
  const scored = proposals.map((proposal) => ({ ...proposal, score: proposalScore(proposal) }));
  return { embedding, proposals: withoutExcluded(scored, micrograph.excluded), isFlat: false };
}

/** Of the same thing, found in both passes, the mask that is trusted more. */
function distinct(proposals: readonly MaskProposal[], thresholds: GeneratorThresholds): readonly MaskProposal[] {
  return suppressDuplicates(proposals, proposalScore, thresholds);
}
