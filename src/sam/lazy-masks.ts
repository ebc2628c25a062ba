import type { Point } from '../core/point-grid.js';
import { isCutByCrop } from './crop-layers.js';
import { LogitThresholder, type LogitWindow } from './logit-threshold.js';
import type { MaskProposal } from './mask-proposal.js';
import type { LogitMap } from './sam-model.js';
import { iouIfAbove, suppressDuplicates, type SuppressionThresholds } from './suppress-duplicates.js';
import { SureDuplicates } from './sure-duplicates.js';

/*
 * Masks are made lazily, best first: to enlarge and threshold a map of logits costs more than all that comes before, and most masks
 * are near duplicates of a better one, which can be told from the map alone.
 */

/** Which masks SAM itself trusts, and which are duplicates. */
export interface LazyThresholds extends SuppressionThresholds {
  /** Keep masks with at least this stability score; 0: keep all. */
  readonly stabilityScore: number;
}

/** A mask that is still a map at low resolution. */
export interface WaitingMask {
  readonly predictedIou: number;
  readonly map: LogitMap;
  /** In pixels of the image. */
  readonly point: Point;
}

/** A mask, or what one can be made of. */
export type Candidate = MaskProposal | WaitingMask;

/** Beyond that masks are made at once. */
const mostWaitingBytes = 64_000_000;

/** Whether a better mask can suppress one that was never made. Boxes come first where they count, and need it. */
function mayBeSuppressedUnseen({ boxNms, maskNms }: LazyThresholds): boolean {
  return boxNms === null && maskNms !== null;
}

/** How much may wait unmade: nothing where every mask is needed for its box. */
export function waitingBudget(thresholds: LazyThresholds): number {
  return mayBeSuppressedUnseen(thresholds) ? mostWaitingBytes : 0;
}

/** Makes the masks that wait, and leaves out those that SAM itself does not trust. */
export function trustedOf(
  candidates: readonly Candidate[],
  place: LogitWindow,
  thresholds: LazyThresholds,
): MaskProposal[] {
  const thresholder = new LogitThresholder(place);
  return candidates.flatMap((candidate) =>
    'mask' in candidate ? candidate : (trusted(candidate, thresholder, thresholds) ?? []),
  );
}

function trusted(
  { predictedIou, map, point }: WaitingMask,
  thresholder: LogitThresholder,
  thresholds: LazyThresholds,
): MaskProposal | undefined {
  const made = thresholder.thresholdIfStable(map, thresholds.stabilityScore);
  if (made === undefined) return undefined;
  const { mask, stabilityScore } = made;
  const { place } = thresholder;
  if (mask.areaPx === 0 || isCutByCrop(mask.box, place.window, place.imageWidth, place.imageHeight)) return undefined;
  return { mask, predictedIou, stabilityScore, point, cropBox: place.window };
}

/** The trusted masks without near duplicates, best predicted IoU first. Most duplicates are told from the maps alone, and never made. */
export function distinctOf(
  candidates: readonly Candidate[],
  place: LogitWindow,
  thresholds: LazyThresholds,
): readonly MaskProposal[] {
  const { maskNms } = thresholds;
  const waiting = candidates.find((candidate) => 'map' in candidate);
  if (maskNms === null || waiting === undefined || !mayBeSuppressedUnseen(thresholds)) {
    return suppressDuplicates(trustedOf(candidates, place, thresholds), byPredictedIou, thresholds);
  }
  const duplicates = new SureDuplicates(place, waiting.map);
  const thresholder = new LogitThresholder(place);
  const kept: MaskProposal[] = [];
  for (const candidate of [...candidates].sort((a, b) => b.predictedIou - a.predictedIou)) {
    if ('map' in candidate && duplicates.has(candidate.map, maskNms)) continue;
    const proposal = 'mask' in candidate ? candidate : trusted(candidate, thresholder, thresholds);
    if (proposal === undefined) continue;
    if (kept.some(({ mask }) => iouIfAbove(mask, proposal.mask, maskNms) > maskNms)) continue;
    kept.push(proposal);
    duplicates.keep(proposal.mask);
  }
  return kept;
}

function byPredictedIou({ predictedIou }: MaskProposal): number {
  return predictedIou;
}
