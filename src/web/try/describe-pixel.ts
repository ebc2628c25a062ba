import { type LayerName, masksAt } from './layers.js';
import { maskName, percent, reasonOf, ruleTitles } from './reasons.js';
import type { Explored, SessionState } from './try-session.js';
import type { Point } from './viewport.js';

/** What lies under a pixel of one of the layers, in a few lines, the first of which is its title. */
export function describePixel(name: LayerName, explored: Explored, state: SessionState, pixel: Point): string[] {
  switch (name) {
    case 'micrograph':
      return [];
    case 'sam': {
      const [index, ...others] = masksAt(explored, [...explored.masks.keys()], pixel);
      if (index === undefined) return [];
      const more = others.length === 0 ? [] : [`also in ${others.map(maskName).join(', ')}`];
      return [capital(maskName(index)), ...describeMask(index, explored, state), ...more];
    }
    case 'removed': {
      const removed = state.boosted?.removed ?? [];
      const [index] = masksAt(
        explored,
        removed.map(({ mask }) => mask),
        pixel,
      );
      const record = removed.find(({ mask }) => mask === index);
      if (record === undefined || state.removal === null) return [];
      return [`${ruleTitles[record.rule]}: ${maskName(record.mask)}`, reasonOf(record, state.removal)];
    }
    case 'materials':
      return describeMaterial(explored, state, pixel);
  }
}

function describeMask(index: number, { masks, info }: Explored, { boosted, removal }: SessionState): string[] {
  const found = masks[index];
  if (found === undefined) return [];
  const record = boosted?.removed.find(({ mask }) => mask === index);
  const share = found.mask.areaPx / (info.width * info.height);
  return [
    `${percent(share)} of the image`,
    `predicted IoU ${found.predictedIou.toFixed(2)}, stability ${found.stabilityScore.toFixed(2)}`,
    record === undefined || removal === null ? 'kept' : `removed: ${reasonOf(record, removal)}`,
  ];
}

function describeMaterial({ info }: Explored, { boosted }: SessionState, pixel: Point): string[] {
  if (boosted === null) return [];
  const column = Math.floor((pixel.x * boosted.width) / info.width);
  const row = Math.floor((pixel.y * boosted.height) / info.height);
  const label = boosted.labels[row * boosted.width + column];
  const material = boosted.materials.find((each) => each.label === label);
  if (material === undefined) return ['Unsegmented'];
  return [
    `Material ${material.label}`,
    `${percent(material.areaShare)} of the image, confidence ${material.score.toFixed(2)}`,
    material.masks.length === 0
      ? 'a region that no mask covers'
      : `shown by ${material.masks.map(maskName).join(', ')}`,
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
