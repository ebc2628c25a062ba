import type { Microstructure } from '../booster/build-microstructure.js';
import type { MaterialMember } from '../booster/merge-candidates.js';
import type { RemovalResult } from '../booster/removal-record.js';
import { warnOfProposals } from '../booster/segmentation-warnings.js';
import type { Micrograph } from '../core/micrograph.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import { findMasks } from './find-masks.js';
import { keepProposals } from './keep-proposals.js';
import type { LoadedModels } from './loaded-models.js';
import { mergeMasks, type ScoredProposal } from './merge-masks.js';
import type { PipelineParameters, SegmentOptions } from './pipeline-parameters.js';
import type { Stopwatch } from './timings.js';
import { passesFilter, withProfile } from './use-profile.js';

/** One micrograph after the stage that was asked for. */
export interface Segmentation {
  readonly embedding: ImageEmbedding;
  readonly proposals: readonly ScoredProposal[];
  /** Null before the stage `removed`. */
  readonly removal: RemovalResult<ScoredProposal> | null;
  /** Null before the stage `boosted`. */
  readonly microstructure: Microstructure<MaterialMember<ScoredProposal>> | null;
  readonly warnings: readonly string[];
}

/** The whole pipeline, step by step: find → keep → describe → name → paint. */
export async function segmentMicrograph(
  models: LoadedModels,
  micrograph: Micrograph,
  options: SegmentOptions,
  defaults: PipelineParameters,
  { measure }: Stopwatch,
): Promise<Segmentation> {
  const { profile } = options;
  const parameters = withProfile(defaults, profile);
  const found = await findMasks(models, micrograph, { ...options, measure }, parameters);
  const { embedding } = found;
  const proposals = found.proposals.filter((proposal) => passesFilter(proposal, profile));
  const warnings = [
    ...(micrograph.warnings ?? []),
    ...warnOfProposals(micrograph.name, found.isFlat, proposals.length),
  ];
  const unboosted = { embedding, proposals, removal: null, microstructure: null, warnings };
  if (options.stage === 'sam') return unboosted;

  const removal = await measure('removal', () => keepProposals(unboosted, parameters));
  if (options.stage === 'removed') return { ...unboosted, removal };

  const merged = await measure('merging', () =>
    mergeMasks(models, micrograph, embedding, removal.kept, { ...options, found: proposals.length }, parameters),
  );
  return { ...unboosted, removal, microstructure: merged.microstructure, warnings: [...warnings, ...merged.warnings] };
}
