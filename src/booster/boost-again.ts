import { type Mask, maskHasPixel } from '../core/mask.js';
import { describeAgain, type MaskSamples } from './describe-masks.js';
import type { BoostOptions, FoundMask, FoundMasks, MergingParameters, SamplePool } from './found-masks.js';
import { keepMasks } from './keep-masks.js';
import { type Candidate, findCandidates, type SplitMemory } from './merge-candidates.js';
import { type MergedCandidates, mergeDescribed } from './merge-described.js';
import type { RemovalResult } from './removal-record.js';
import type { PlacedTraits } from './traits.js';

/** Both halves of the booster, run on what was found before. */
export interface BoostedAgain extends MergedAgain {
  readonly removal: RemovalResult<FoundMask>;
}

/** Mask merging alone, run on what was found before. */
export type MergedAgain = MergedCandidates<FoundMask>;

/**
 * Mask removal and merging with other options and without inference. With the options of the pipeline the result is the pipeline's, pixel by
 * pixel; where other masks are kept, their texture is known by the samples that were taken in them before.
 */
export function boostAgain(found: FoundMasks, options: BoostOptions, parameters: MergingParameters): BoostedAgain {
  const removal = keepMasks(found.masks, found.tokens, { ...parameters, removal: options.removal });
  return { removal, ...mergeAgain(found, removal.kept, options, parameters) };
}

/** Mask merging alone, of the masks given; with a memory it is faster where it is run again on masks of the same micrograph and with the same seed. */
export function mergeAgain(
  found: FoundMasks,
  kept: readonly FoundMask[],
  options: BoostOptions,
  parameters: MergingParameters,
  memory?: SplitMemory,
): MergedAgain {
  const { tokens } = found;
  const all = { ...parameters, removal: options.removal };
  const candidates = findCandidates(found, kept, tokens, options, all, memory);
  const { cropsPerMask } = parameters.merging;
  const isSame = wasDescribed(found, kept, candidates.length);
  const samples = isSame
    ? inOrder(found.described.counts)
    : samplesOf(found.masks, found.samples, candidates, cropsPerMask);
  const described = candidates.map((candidate, index) =>
    describeAgain(samplesAt(found.samples, samples[index] ?? []), candidate, tokens),
  );
  // Of masks that the pipeline did not keep fewer samples were taken on purpose.
  const wantedSamples = isSame ? cropsPerMask : 1;
  return mergeDescribed(
    found,
    { candidates, described, tokens },
    { ...options, cropSize: found.cropSize, wantedSamples, found: found.masks.length },
    all,
  );
}

/** Whether the pipeline itself described these very masks. */
function wasDescribed({ masks, described }: FoundMasks, kept: readonly FoundMask[], candidates: number): boolean {
  const isSame = described.counts.length === candidates && described.kept.length === kept.length;
  return isSame && described.kept.every((index, at) => masks[index] === kept[at]);
}

/** The samples of the pool that lie in each mask, as indices. */
function samplesOf(
  masks: readonly FoundMask[],
  pool: SamplePool,
  candidates: readonly Candidate<FoundMask>[],
  most: number,
): number[][] {
  const indexOf = new Map(masks.map((mask, index) => [mask, index]));
  return candidates.map(({ proposal, region }) => {
    const owner = proposal === null ? null : (indexOf.get(proposal) ?? null);
    return samplesIn(pool, region, owner, most);
  });
}

function inOrder(counts: readonly number[]): number[][] {
  let start = 0;
  return counts.map((count) => {
    const indices = Array.from({ length: count }, (_, index) => start + index);
    start += count;
    return indices;
  });
}

/** A mask's own samples that lie in its region; those of others where it has none there, and its own from elsewhere where nobody has. */
function samplesIn(pool: SamplePool, region: Mask, owner: number | null, most: number): number[] {
  const all = Array.from(pool.centres.keys());
  const own = all.filter((index) => pool.owners[index] === owner);
  const lies = (index: number) => maskHasPixel(region, pool.centres[index] as number);
  const ownHere = own.filter(lies);
  const here = ownHere.length > 0 ? ownHere : all.filter(lies);
  return thinned(here.length > 0 ? here : own, most);
}

/** At most so many, evenly spread. */
function thinned(indices: readonly number[], most: number): number[] {
  const count = Math.min(most, indices.length);
  return Array.from({ length: count }, (_, at) => indices[Math.floor((at * indices.length) / count)] as number);
}

function samplesAt(pool: SamplePool, indices: readonly number[]) {
  const { dimensions, values, traits, centres } = pool;
  const stride = traits.length / (centres.length || 1);
  const samples: MaskSamples = indices.map((index) => [
    ...values.subarray(index * dimensions, (index + 1) * dimensions),
  ]);
  const traitsAt = (index: number): PlacedTraits => {
    const [x = 0, y = 0, ...seen] = traits.subarray(index * stride, (index + 1) * stride);
    return { x, y, values: seen };
  };
  return { samples, traits: stride === 0 ? null : indices.map(traitsAt) };
}
