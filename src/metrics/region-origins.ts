import { intersectionArea, type Mask, subtract, unionOf } from '../core/mask.js';
import { type LabelledMask, unionByLabel } from './label-confusion.js';

/** Where a region comes from: predicted and accepted as it was, predicted and edited, or drawn by hand. */
export type RegionOrigin = 'accepted' | 'edited' | 'drawn';

/** A region that can be found again by its id. */
export interface IdentifiedRegion extends LabelledMask {
  readonly id: string;
}

/** A region that a person accepted. */
export interface AcceptedRegion extends IdentifiedRegion {
  /** What the annotation tool recorded; null where it records nothing. */
  readonly recordedOrigin: RegionOrigin | null;
}

/** What became of a predicted region, or that it was drawn. */
export interface TracedRegion {
  readonly origin: RegionOrigin;
  /** Pixels by which the region differs from what was predicted for it; for a drawn one its area. */
  readonly editedPx: number;
}

/** What became of a prediction. */
export interface TracedRegions {
  /** One for each accepted region, in order. */
  readonly regions: readonly TracedRegion[];
  /** Predicted regions that the annotation does not have. */
  readonly rejected: readonly IdentifiedRegion[];
}

/**
 * Follows predicted regions by their ids into an annotation. A region whose pixels or label differ from the predicted one counts as edited
 * whatever was recorded; without its prediction at hand, the record decides, and else it was drawn.
 */
export function traceRegions(
  accepted: readonly AcceptedRegion[],
  predicted: readonly IdentifiedRegion[],
): TracedRegions {
  const byId = new Map(predicted.map((region) => [region.id, region]));
  const kept = new Set(accepted.map(({ id }) => id));
  return {
    regions: accepted.map((region) => traceRegion(region, byId.get(region.id))),
    rejected: predicted.filter(({ id }) => !kept.has(id)),
  };
}

function traceRegion(region: AcceptedRegion, predicted: IdentifiedRegion | undefined): TracedRegion {
  if (predicted === undefined) {
    const origin = region.recordedOrigin ?? 'drawn';
    return { origin, editedPx: origin === 'drawn' ? region.mask.areaPx : 0 };
  }
  const editedPx = differingArea(region.mask, predicted.mask);
  const isSame = editedPx === 0 && region.label === predicted.label && region.recordedOrigin !== 'edited';
  return { origin: isSame ? 'accepted' : 'edited', editedPx };
}

/** Pixels that are in one of two masks. */
export function differingArea(a: Mask, b: Mask): number {
  return a.areaPx + b.areaPx - 2 * intersectionArea(a, b);
}

/** The pixels of an image whose labels an annotator changed: added, taken away or named otherwise. */
export function editedArea(accepted: readonly LabelledMask[], predicted: readonly LabelledMask[]): number {
  const before = new Map(unionByLabel(predicted).map(({ label, mask }) => [label, mask]));
  const after = new Map(unionByLabel(accepted).map(({ label, mask }) => [label, mask]));
  const labels = [...new Set([...before.keys(), ...after.keys()])];
  const [first, ...rest] = labels.flatMap((label) => differences(before.get(label), after.get(label)));
  return first === undefined ? 0 : unionOf(first, ...rest).areaPx;
}

function differences(a: Mask | undefined, b: Mask | undefined): Mask[] {
  if (a !== undefined && b !== undefined) return [subtract(a, b), subtract(b, a)];
  return [a ?? b].flatMap((mask) => mask ?? []);
}
