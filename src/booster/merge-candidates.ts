import type { LabelMap } from '../core/label-map.js';
import { forEachRun, type Mask } from '../core/mask.js';
import type { MaterialCount } from '../core/material-count.js';
import type { TextureTokens } from '../core/token-grid.js';
import { buildMicrostructure, type MaterialMask, type Microstructure, withMap } from './build-microstructure.js';
import { calibrate } from './confidence.js';
import type { MaskDescription } from './describe-masks.js';
import type { BoostOptions, MergingParameters } from './found-masks.js';
import { voteMaterials, voteRegions } from './mask-merging.js';
import type { MaterialVote } from './material-vote.js';
import type { NamedVote } from './name-materials.js';
import { type OwnRegion, ownRegions } from './own-regions.js';
import { refineBorders } from './refine-borders.js';
import type { RemovalOptions } from './removal-options.js';
import { scatteredOver } from './scattered-masks.js';
import { type KnownSplits, splitMixedMasks, type SplitOptions } from './split-mixed-masks.js';
import { uncoveredRegions } from './uncovered-regions.js';

/** A mask that may show a material. */
interface Part<Proposal> {
  readonly mask: Mask;
  readonly score: number;
  /** The mask of SAM's that it is, or is part of; null for a region that none of them covers. */
  readonly proposal: Proposal | null;
}

/** A mask that may show a material, and where it shows its own texture. */
export interface Candidate<Proposal> extends Part<Proposal>, OwnRegion {}

/** What shows a material: one of SAM's masks, or a region that none of them covers. */
export interface MaterialMember<Proposal> extends MaterialMask {
  readonly proposal: Proposal | null;
  /** The name that a profile gives the material; null without a profile, and for what is unlike anything that it has seen. */
  readonly name: string | null;
}

/** How the masks of one micrograph are best cut, so that it need not be found out again while other masks are kept. */
export interface SplitMemory {
  /** Those that are clearly of two textures. */
  readonly clear: KnownSplits;
  /** Those that are of two textures by a little, too. */
  readonly any: KnownSplits;
}

/** A memory without anything in it. */
export function splitMemory(): SplitMemory {
  return { clear: new WeakMap(), any: new WeakMap() };
}

/** The micrograph that masks lie in. */
export interface Field {
  readonly width: number;
  readonly height: number;
  /** Pixels that show no material. */
  readonly excluded?: Mask | undefined;
}

/** Kept masks and the regions that none of them covers; those of two textures in parts. */
export function findCandidates<Proposal extends { readonly mask: Mask; readonly score: number }>(
  { width, height, excluded }: Field,
  kept: readonly Proposal[],
  tokens: TextureTokens | null,
  { materials, seed }: Pick<BoostOptions, 'materials' | 'seed'>,
  { removal, uncovered, splitting }: MergingParameters & { readonly removal: RemovalOptions },
  memory: SplitMemory = splitMemory(),
): Candidate<Proposal>[] {
  const masks = kept.map(({ mask }) => mask);
  // Where SAM found nothing at all, there is nothing to go by.
  const covered = excluded === undefined ? masks : [...masks, excluded];
  const gaps = masks.length === 0 ? [] : uncoveredRegions(width, height, covered, uncovered);
  const found = [
    ...kept.map((proposal) => ({ mask: proposal.mask, score: proposal.score, proposal })),
    ...gaps.map((mask) => ({ mask, score: uncovered.score, proposal: null })),
  ];
  const parts = splitMixed(found, tokens, { materials, seed, ...splitting }, memory);
  // A mask that others hide shows nothing.
  return ownRegions(parts, removal).flatMap((own, index) => {
    const part = parts[index];
    return part === undefined || own.ownPx === 0 ? [] : [{ ...part, ...own }];
  });
}

/** Which candidates show one material, by grouping; null for those that could not be described. */
export function voteCandidates(
  candidates: readonly { readonly mask: Mask }[],
  described: readonly MaskDescription[],
  { materials, seed, merge }: Pick<BoostOptions, 'materials' | 'seed' | 'merge'>,
  { merging }: Pick<MergingParameters, 'merging'>,
): (MaterialVote | null)[] {
  if (merge === 'region') return voteRegions(described);
  const known = [...described.keys()].filter((index) => described[index]?.samples.length !== 0);
  const areApart = scatteredOver(known.flatMap((index) => candidates[index]?.mask ?? []));
  const votes = voteMaterials(
    known.flatMap((index) => described[index] ?? []),
    { ...merging, materials, seed, areApart },
  );
  return described.map(({ samples }) => (samples.length === 0 ? null : (votes.shift() ?? null)));
}

/** A vote for a material that has learned no name. */
export function withoutName(vote: MaterialVote | null): NamedVote | null {
  return vote && { ...vote, name: null };
}

/** Paints the candidates of each material and moves their borders. */
export function paintCandidates<Proposal>(
  { width, height, excluded }: Field,
  {
    candidates,
    tokens,
  }: { readonly candidates: readonly Candidate<Proposal>[]; readonly tokens: TextureTokens | null },
  votes: readonly (NamedVote | null)[],
  {
    removal,
    borders,
    confidence,
  }: Pick<MergingParameters, 'borders' | 'confidence'> & { readonly removal: RemovalOptions },
): Microstructure<MaterialMember<Proposal>> {
  const voted = candidates.flatMap(({ mask, score, proposal }, index) => {
    const vote = votes[index];
    return vote === null || vote === undefined ? [] : [{ mask, score, proposal, ...vote }];
  });
  const painted = buildMicrostructure(width, height, voted, removal);
  const moved =
    tokens === null ? painted.map : refineBorders(painted.map, painted.materials, tokens, { ...borders, ...removal });
  const refined = moved === painted.map ? painted : withMap(painted, withoutLabels(moved, excluded));
  const calibrated = refined.materials.map((each) => ({ ...each, score: calibrate(each.score, confidence) }));
  return { ...refined, materials: calibrated };
}

/** Borders do not move into what shows no material. */
function withoutLabels(map: LabelMap, excluded: Mask | undefined): LabelMap {
  if (excluded === undefined) return map;
  const labels = map.labels.slice();
  forEachRun(excluded, (start, end) => labels.fill(0, start, end));
  return { ...map, labels };
}

interface SplitLimits {
  readonly materials: MaterialCount;
  readonly clearSimilarity: number;
}

/**
 * Cuts masks that are clearly of two textures, and where the number of materials is known and there are fewer masks, also those that are of
 * two textures by a little.
 */
function splitMixed<Proposal>(
  parts: readonly Part<Proposal>[],
  tokens: TextureTokens | null,
  { materials, clearSimilarity, ...options }: SplitOptions & SplitLimits,
  { clear, any }: SplitMemory,
): readonly Part<Proposal>[] {
  if (tokens === null) return parts;
  const clearly = splitParts(parts, tokens, Infinity, { ...options, mostSimilarity: clearSimilarity }, clear);
  if (typeof materials !== 'number' || clearly.length >= materials) return clearly;
  return splitParts(clearly, tokens, materials, options, any);
}

function splitParts<Proposal>(
  parts: readonly Part<Proposal>[],
  tokens: TextureTokens,
  wanted: number,
  options: SplitOptions,
  known: KnownSplits,
): readonly Part<Proposal>[] {
  const masks = parts.map(({ mask }) => mask);
  return splitMixedMasks(masks, tokens, wanted, options, known).flatMap(({ mask, parent }) => {
    const part = parts[parent];
    return part === undefined ? [] : [{ ...part, mask }];
  });
}
