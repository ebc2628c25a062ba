import type { Mask } from '../../src/core/mask.js';
import { encodeBrushRle } from '../../src/label-studio/brush-codec.js';

/** A brush region as Label Studio stores it. */
export function brushRegion(id: string, label: string, mask: Mask, more: Readonly<Record<string, unknown>> = {}) {
  return {
    id,
    type: 'brushlabels',
    from_name: 'material',
    to_name: 'image',
    original_width: mask.width,
    original_height: mask.height,
    image_rotation: 0,
    origin: 'manual',
    value: {
      format: 'rle',
      rle: Array.from(encodeBrushRle(mask.width, mask.height, mask.runs)),
      brushlabels: [label],
    },
    ...more,
  };
}

/** An annotation as Label Studio exports it. */
export function annotation(id: number, result: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) {
  const at = `2026-11-0${1 + (id % 9)}T10:00:00Z`;
  return { id, completed_by: 1, result, was_cancelled: false, created_at: at, updated_at: at, lead_time: 10, ...more };
}

export function prediction(id: number, result: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) {
  return { id, model_version: 'v1', created_at: '2026-10-01T10:00:00Z', result, ...more };
}

export function task(
  id: number,
  annotations: readonly unknown[],
  predictions: readonly unknown[],
  data: Readonly<Record<string, unknown>> = {},
) {
  return { id, data: { image: `/data/upload/1/0123abcd-film-${id}.png`, ...data }, annotations, predictions };
}
