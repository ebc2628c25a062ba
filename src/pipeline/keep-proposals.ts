import { finiteTokens } from '../booster/finite-values.js';
import { keepMasks } from '../booster/keep-masks.js';
import type { RemovalResult } from '../booster/removal-record.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import type { ScoredProposal } from './merge-masks.js';
import type { PipelineParameters } from './pipeline-parameters.js';

/** What is found in an image, as far as the steps after finding need it. */
export interface KeepableProposals {
  readonly proposals: readonly ScoredProposal[];
  readonly embedding: Pick<ImageEmbedding, 'textureTokens'>;
}

/** The pipeline's second step: mask removal, with what the encoder's tokens say about textures. */
export function keepProposals(
  { proposals, embedding }: KeepableProposals,
  parameters: PipelineParameters,
): RemovalResult<ScoredProposal> {
  return keepMasks(proposals, finiteTokens(embedding.textureTokens), parameters);
}
