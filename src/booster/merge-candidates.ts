import type { Mask } from '../core/mask.js';
import type { MaterialCount } from '../core/material-count.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { MaterialMask, Microstructure } from './build-microstructure.js';
import { buildMicrostructure, withMap } from './build-microstructure.js';
import { calibrate } from './confidence.js';
import type { MaskSamples } from './describe-masks.js';
import type { BoostOptions, MergingParameters } from './found-masks.js';
import { voteMaterials } from './mask-merging.js';
import type { MaterialVote } from './material-vote.js';
import type { NamedVote } from './name-materials.js';
import { refineBorders } from './refine-borders.js';
import type { SplitOptions } from './split-mixed-masks.js';
import { splitMixedMasks } from './split-mixed-masks.js';
import { uncoveredRegions } from './uncovered-regions.js';

/** A mask that may show a material. */
export interface Candidate<Proposal> {
  readonly mask: Mask;
  readonly score: number;
  /** The mask of SAM's that it is, or is part of; null for a region that none of them covers. */
  readonly proposal: Proposal | null;
}

/** What shows a material: one of SAM's masks, or a region that none of them covers. */
export interface MaterialMember<Proposal> extends MaterialMask {
  readonly proposal: Proposal | null;
  /** The name that a profile gives the material; null without a profile, and for what is unlike anything that it has seen. */
  readonly name: string | null;
}

/** Names what clustering has grouped; `known` says which of the candidates the votes are for. */
export type NameVotes = (votes: readonly MaterialVote[], known: readonly number[]) => NamedVote[];

/** Candidates with the descriptors of each; one without any that are numbers has an empty list. */
export interface DescribedCandidates<Proposal> {
  readonly candidates: readonly Candidate<Proposal>[];
  readonly samples: readonly MaskSamples[];
  readonly tokens: TextureTokens | null;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Kept masks and the regions that none of them covers; some in parts, where there are fewer than materials. */
export function findCandidates<Proposal extends { readonly mask: Mask; readonly score: number }>(
  { width, height }: Size,
  kept: readonly Proposal[],
  tokens: TextureTokens | null,
  options: Pick<BoostOptions, 'materials' | 'seed'>,
  { merging, uncovered, splitting }: MergingParameters,
): readonly Candidate<Proposal>[] {
  const masks = kept.map(({ mask }) => mask);
  // Where SAM found nothing at all, there is nothing to go by.
  const gaps = masks.length === 0 ? [] : uncoveredRegions(width, height, masks, uncovered);
  const found = [
    ...kept.map((proposal) => ({ mask: proposal.mask, score: proposal.score, proposal })),
    ...gaps.map((mask) => ({ mask, score: uncovered.score, proposal: null })),
  ];
  return splitWhereTooFew(found, tokens, { ...options, ...merging, ...splitting });
}

/** Groups described masks into materials, names these if told how, paints them and moves their borders. */
export function mergeCandidates<Proposal>(
  { width, height }: Size,
  { candidates, samples, tokens }: DescribedCandidates<Proposal>,
  { materials, seed, removal }: BoostOptions,
  { merging, borders, confidence }: MergingParameters,
  name: NameVotes = withoutNames,
): Microstructure<MaterialMember<Proposal>> {
  const known = [...candidates.keys()].filter((index) => samples[index]?.length !== 0);
  const votes = voteMaterials(
    known.map((index) => samples[index] ?? []),
    { ...merging, materials, seed },
  );
  const named = name(votes, known);
  const voted = known.flatMap((index, at) => {
    const [candidate, vote] = [candidates[index], named[at]];
    return candidate === undefined || vote === undefined ? [] : [{ ...candidate, ...vote }];
  });
  const painted = buildMicrostructure(width, height, voted, removal);
  const refined = tokens === null ? painted : withMap(painted, refineBorders(painted.map, tokens, borders));
  const calibrated = refined.materials.map((each) => ({ ...each, score: calibrate(each.score, confidence) }));
  return { ...refined, materials: calibrated };
}

const withoutNames: NameVotes = (votes) => votes.map((vote) => ({ ...vote, name: null }));

/** Where the number of materials is known and there are fewer masks, cuts those that are of two textures. */
function splitWhereTooFew<Proposal>(
  candidates: readonly Candidate<Proposal>[],
  tokens: TextureTokens | null,
  options: SplitOptions & { readonly materials: MaterialCount },
): readonly Candidate<Proposal>[] {
  const { materials } = options;
  if (tokens === null || typeof materials !== 'number' || candidates.length >= materials) return candidates;
  const masks = candidates.map(({ mask }) => mask);
  return splitMixedMasks(masks, tokens, materials, options).flatMap(({ mask, parent }) => {
    const candidate = candidates[parent];
    return candidate === undefined ? [] : [{ ...candidate, mask }];
  });
}
