import type { Box } from '../core/box.js';
import type { LabelMap } from '../core/label-map.js';
import { unionOf } from '../core/mask.js';
import type { UserPrompt } from '../core/user-prompt.js';
import type { ResultMask } from './result-masks.js';

type UserPoint = UserPrompt['points'][number];

/** One mask of several, with the means of their scores by area; null for none. */
export function joinMasks(masks: readonly ResultMask[]): ResultMask | null {
  const [first, ...others] = masks;
  if (first === undefined) return null;
  const area = masks.reduce((sum, { mask }) => sum + mask.areaPx, 0);
  const mean = (value: (mask: ResultMask) => number) =>
    masks.reduce((sum, each) => sum + value(each) * each.mask.areaPx, 0) / area;
  return {
    mask: unionOf(first.mask, ...others.map(({ mask }) => mask)),
    predictedIou: mean(({ predictedIou }) => predictedIou),
    stabilityScore: mean(({ stabilityScore }) => stabilityScore),
    point: null,
    material: 1,
    name: null,
    score: mean(({ score }) => score),
  };
}

/**
 * The materials that the prompt points at: those under its clicks, and for each box the one that fills most of it; without those
 * under Alt+clicks. Labels of `map`, none of them 0.
 */
export function materialsAtPrompt(map: LabelMap, { points, boxes }: UserPrompt): ReadonlySet<number> {
  const under = (point: UserPoint) => map.labels[pixelAt(map, point)] ?? 0;
  const wanted = new Set([
    ...points.filter(({ positive }) => positive).map(under),
    ...boxes.map((box) => mostFrequentLabel(map, box)),
  ]);
  for (const point of points) if (!point.positive) wanted.delete(under(point));
  wanted.delete(0);
  return wanted;
}

function pixelAt({ width, height }: LabelMap, { x, y }: UserPoint): number {
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, Math.floor(value)));
  return clamp(y, height) * width + clamp(x, width);
}

/** 0 for a box in which unsegmented pixels are all there is. */
function mostFrequentLabel({ width, height, labels }: LabelMap, box: Box): number {
  const counts = new Array<number>(256).fill(0);
  const [left, right] = [box.x, box.x + box.width].map((x) => Math.min(width, Math.max(0, Math.round(x))));
  const [top, bottom] = [box.y, box.y + box.height].map((y) => Math.min(height, Math.max(0, Math.round(y))));
  for (let y = top ?? 0; y < (bottom ?? 0); y++) {
    for (let i = y * width + (left ?? 0); i < y * width + (right ?? 0); i++) {
      const label = labels[i] as number;
      counts[label] = (counts[label] as number) + 1;
    }
  }
  const [, ...materials] = counts;
  const most = Math.max(...materials);
  return most === 0 ? 0 : materials.indexOf(most) + 1;
}
