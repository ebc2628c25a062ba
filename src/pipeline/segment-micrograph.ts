import type { Microstructure } from '../booster/build-microstructure.js';
import { finiteTokens } from '../booster/finite-values.js';
import { keepMasks } from '../booster/keep-masks.js';
import type { MaterialMember } from '../booster/merge-candidates.js';
import type { RemovalResult } from '../booster/removal-record.js';
import { isFlat, warnOfProposals } from '../booster/segmentation-warnings.js';
import { withoutExcluded } from '../booster/without-excluded.js';
import type { Micrograph } from '../core/micrograph.js';
import { generateMasks } from '../sam/automatic-mask-generator.js';
import { proposalScore } from '../sam/mask-proposal.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import type { LoadedModels } from './loaded-models.js';
import { mergeMasks, type ScoredProposal } from './merge-masks.js';
import { generatorOptionsFor, type PipelineParameters, type SegmentOptions } from './pipeline-parameters.js';
import type { Stopwatch } from './timings.js';
import { passesFilter, withProfile } from './use-profile.js';

export interface Segmentation {
  readonly embedding: ImageEmbedding;
  readonly proposals: readonly ScoredProposal[];
  /** Null before the stage `removed`. */
  readonly removal: RemovalResult<ScoredProposal> | null;
  /** Null before the stage `boosted`. */
  readonly microstructure: Microstructure<MaterialMember<ScoredProposal>> | null;
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
  const generatorOptions = generatorOptionsFor(micrograph, options, parameters, models.thresholds);
  const { proposals: trusted, embedding } = await generateMasks(models.sam, micrograph, generatorOptions, measure);
  const flat = isFlat(micrograph);
  const scored = flat ? [] : trusted.map((proposal) => ({ ...proposal, score: proposalScore(proposal) }));
  const proposals = withoutExcluded(scored, micrograph.excluded).filter((proposal) => passesFilter(proposal, profile));
  const found = warnOfProposals(micrograph.name, flat, proposals.length);
  const warnings = [...(micrograph.warnings ?? []), ...found];
  const unboosted = { embedding, proposals, removal: null, microstructure: null, warnings };
  if (options.stage === 'sam') return unboosted;

  const removal = await measure('removal', () =>
    keepMasks(proposals, finiteTokens(embedding.textureTokens), parameters),
  );
  if (options.stage === 'removed') return { ...unboosted, removal };

  const merged = await measure('merging', () =>
    mergeMasks(models, micrograph, embedding, removal.kept, options, parameters),
  );
  return { ...unboosted, removal, microstructure: merged.microstructure, warnings: [...warnings, ...merged.warnings] };
}
