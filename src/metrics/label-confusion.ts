import { intersectionArea, type Mask, unionOf } from '../core/mask.js';

/** A mask with the name that it was given. */
export interface LabelledMask {
  readonly label: string;
  readonly mask: Mask;
}

/** Which label the pixels of each true label were predicted with. */
export interface ConfusedPixels {
  readonly truth: string;
  /** Null: no predicted mask lies there. */
  readonly predicted: string | null;
  readonly areaPx: number;
}

/** The masks of each label as one, in the order in which labels first occur. */
export function unionByLabel(masks: readonly LabelledMask[]): LabelledMask[] {
  const groups = new Map<string, Mask[]>();
  for (const { label, mask } of masks) {
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [mask]);
    else group.push(mask);
  }
  return [...groups].flatMap(([label, [first, ...rest]]) =>
    first === undefined ? [] : [{ label, mask: unionOf(first, ...rest) }],
  );
}

/** Cells of the confusion of one image, empty ones left out. A pixel that two predicted labels claim counts for both. */
export function confuseLabels(predicted: readonly LabelledMask[], truths: readonly LabelledMask[]): ConfusedPixels[] {
  const [first, ...rest] = predicted.map(({ mask }) => mask);
  const anywhere = first === undefined ? undefined : unionOf(first, ...rest);
  const byLabel = unionByLabel(predicted);
  return unionByLabel(truths)
    .flatMap(({ label, mask }): ConfusedPixels[] => [
      ...byLabel.map((other) => ({
        truth: label,
        predicted: other.label,
        areaPx: intersectionArea(mask, other.mask),
      })),
      {
        truth: label,
        predicted: null,
        areaPx: mask.areaPx - (anywhere === undefined ? 0 : intersectionArea(mask, anywhere)),
      },
    ])
    .filter(({ areaPx }) => areaPx > 0);
}
