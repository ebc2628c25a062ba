/**
 * What raw scores turned out to be worth on simulated micrographs: raw score → IoU with the best ground truth, both in [0, 1], ascending in both.
 * Between two points scores are interpolated. Empty: raw scores are taken as they are.
 */
export type ConfidenceCurve = readonly (readonly [raw: number, iou: number])[];

/** The calibrated confidence of a material: its raw score (vote margin × predicted IoU × stability) read off the curve. */
export function calibrate(raw: number, curve: ConfidenceCurve): number {
  const [first] = curve;
  if (first === undefined) return raw;
  const after = curve.findIndex(([at]) => at >= raw);
  if (after === 0) return first[1];
  const [lowRaw, low] = curve.at(after < 0 ? -1 : after - 1) ?? first;
  const [highRaw, high] = curve.at(after) ?? first;
  return highRaw <= lowRaw ? high : low + ((high - low) * (raw - lowRaw)) / (highRaw - lowRaw);
}
