import { type Mask, maskHasPixel } from '../../core/mask.js';
import { colourOf } from '../../imaging/palette.js';
import type { BoostAnswer } from './boost-messages.js';
import { type Paint, paintIndexMap } from './index-map.js';
import { TiledLayer } from './tiled-layer.js';
import type { Explored } from './try-session.js';
import type { Point } from './viewport.js';

/** What a pane can show over the micrograph. */
export const layerNames = ['micrograph', 'sam', 'removed', 'materials'] as const;

/** One thing that a pane can show. */
export type LayerName = (typeof layerNames)[number];

/** What the layers are called on the screen. */
export const layerTitles: Readonly<Record<LayerName, string>> = {
  micrograph: 'Micrograph',
  sam: 'SAM’s masks',
  removed: 'Removed masks',
  materials: 'Materials',
};

/** Where there is little room. */
export const shortTitles: Readonly<Record<LayerName, string>> = {
  micrograph: 'Micrograph',
  sam: 'SAM',
  removed: 'Removed',
  materials: 'Materials',
};

const fill = 150;
const outline = 255;

function paintOf(value: number): Paint {
  const [red, green, blue] = colourOf(value - 1);
  return [red, green, blue, fill, outline];
}

/** All of SAM's masks, or some of them; mask i has the colour of i everywhere. */
export function masksLayer({ info, masks }: Explored, shown: readonly number[]): TiledLayer {
  const items = shown.flatMap((index) => {
    const found = masks[index];
    return found === undefined ? [] : [{ mask: found.mask, value: index + 1 }];
  });
  return new TiledLayer(paintIndexMap(info.width, info.height, items), paintOf);
}

/** The materials in their colours. */
export function materialsLayer({ width, height, labels }: BoostAnswer): TiledLayer {
  return new TiledLayer({ width, height, values: labels }, paintOf);
}

/** White, with a strong outline: what is pointed at. */
const pointedAt: Paint = [255, 255, 255, 70, 255];
/** Dimmed: all but what is selected. */
const unselected: Paint = [0, 0, 0, 150, 150];

/** One mask, pointed at. */
export function highlightLayer(mask: Mask): TiledLayer {
  return new TiledLayer(paintIndexMap(mask.width, mask.height, [{ mask, value: 1 }]), () => pointedAt);
}

/** Darkens what is not selected. */
export function selectionLayer({ width, height, labels }: BoostAnswer, selected: ReadonlySet<number>): TiledLayer {
  const values = labels.map((label) => (selected.has(label) ? 0 : 1));
  return new TiledLayer({ width, height, values }, () => unselected);
}

/** Which of some masks lie under a pixel, the smallest first. */
export function masksAt({ masks, info }: Explored, shown: readonly number[], { x, y }: Point): number[] {
  const pixel = y * info.width + x;
  const area = (index: number) => masks[index]?.mask.areaPx ?? 0;
  const has = (index: number) =>
    masks[index] !== undefined && maskHasPixel((masks[index] as { mask: Mask }).mask, pixel);
  return shown.filter(has).sort((a, b) => area(a) - area(b));
}
