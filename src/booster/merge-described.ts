import type { TextureTokens } from '../core/token-grid.js';
import type { Microstructure } from './build-microstructure.js';
import type { MaskDescription } from './describe-masks.js';
import type { BoostOptions, MergingParameters } from './found-masks.js';
import type { MaterialVote } from './material-vote.js';
import {
  type Candidate,
  type Field,
  type MaterialMember,
  paintCandidates,
  voteCandidates,
  withoutName,
} from './merge-candidates.js';
import type { NamedVote } from './name-materials.js';
import type { RemovalOptions } from './removal-options.js';
import { warnOfUnseen } from './seen-textures.js';
import { warnOfMerging } from './segmentation-warnings.js';
import { warnOfDose, warnOfFilled } from './warn-of-field.js';

/** Masks that may show a material, with descriptors of each, in the same order. */
export interface DescribedCandidates<Proposal> {
  readonly candidates: readonly Candidate<Proposal>[];
  readonly described: readonly MaskDescription[];
  readonly tokens: TextureTokens | null;
}

/** How merging goes on from described masks. */
export interface MergeDescribedOptions extends Pick<BoostOptions, 'materials' | 'seed' | 'merge'> {
  /** m: side of the crops that describe texture, in pixels. */
  readonly cropSize: number;
  /** Samples that each mask should have. */
  readonly wantedSamples: number;
  /** SAM's masks before mask removal. */
  readonly found: number;
  /** Gives names to what was grouped; unset: nothing has a name. */
  readonly name?: ((votes: readonly (MaterialVote | null)[]) => readonly (NamedVote | null)[]) | undefined;
}

/** One region per material, and what is to be said of it. */
export interface MergedCandidates<Proposal> {
  readonly microstructure: Microstructure<MaterialMember<Proposal>>;
  readonly warnings: readonly string[];
}

/** The last steps of the chain, whoever described the masks and whenever: group, name, paint. */
export function mergeDescribed<Proposal>(
  field: Field,
  described: DescribedCandidates<Proposal>,
  { cropSize, wantedSamples, found, name = (votes) => votes.map(withoutName), ...options }: MergeDescribedOptions,
  parameters: MergingParameters & { readonly removal: RemovalOptions },
): MergedCandidates<Proposal> {
  const votes = voteCandidates(described.candidates, described.described, options, parameters);
  const microstructure = paintCandidates(field, described, name(votes), parameters);
  const { width, height, excluded } = field;
  const isChosen = options.materials !== 1 && options.merge !== 'region';
  const kept = new Set(described.candidates.flatMap(({ proposal }) => proposal ?? [])).size;
  const fieldPx = width * height - (excluded?.areaPx ?? 0);
  const ofField = [
    ...(isChosen ? warnOfFilled({ found, kept, materials: microstructure.materials, fieldPx }) : []),
    ...warnOfDose(described.described),
    ...warnOfUnseen(described.described, parameters.merging.seen),
  ];
  const warnings = warnOfMerging({
    masks: described.candidates.map(({ mask }) => mask),
    sampleCounts: described.described.map(({ samples }) => samples.length),
    wanted: wantedSamples,
    cropSize,
    minimumShare: parameters.merging.minimumShare,
    materials: options.materials,
    painted: microstructure.materials.length,
  });
  return { microstructure, warnings: [...warnings, ...ofField] };
}
