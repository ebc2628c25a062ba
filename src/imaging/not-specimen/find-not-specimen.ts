import type { Box } from '../../core/box.js';
import { forEachRun, type Mask, maskFromBitmap } from '../../core/mask.js';
import { type DrawnGroup, drawnGroups, isRectangle } from './drawn-groups.js';
import { findEdgeStrips } from './edge-strips.js';
import { growOverRims } from './grow-over-rims.js';
import { findInks } from './ink-levels.js';
import { inkShapes } from './ink-shapes.js';
import { type LevelImage, toLevels } from './levels.js';
import { barInBanner } from './scale-bar.js';

/** What was put over or beside the picture of a specimen. `drawing`: letters, arrows, boxes. */
export type NotSpecimenKind = 'banner' | 'padding' | 'scale bar' | 'drawing';

/** Something in the picture that is no specimen, and where. */
export interface NotSpecimenItem {
  readonly kind: NotSpecimenKind;
  readonly box: Box;
}

/** The pixels of a picture that show no specimen. */
export interface NotSpecimen {
  /** Null where all pixels show specimen. */
  readonly mask: Mask | null;
  readonly found: readonly NotSpecimenItem[];
  /** Length of the scale bar in pixels; null where none was found, or several that differ. */
  readonly scaleBarPx: number | null;
}

/**
 * Finds banners, padding and frames along the edges, and letters, bars, boxes and arrows drawn over the picture (DESIGN section 3.6). What is drawn is of one grey
 * and has sharp edges, which no beam makes. In doubt a pixel counts as specimen.
 *
 * `values`: raw intensities of any range, row-major, before any scaling that clips.
 */
export function findNotSpecimen(width: number, height: number, values: ArrayLike<number>): NotSpecimen {
  const image = toLevels(width, height, values);
  // In one grey throughout nothing can be told apart.
  if (image.levels.every((level) => level === image.levels[0])) return { mask: null, found: [], scaleBarPx: null };
  const marked = new Uint8Array(width * height);
  const strips = findEdgeStrips(image);
  for (const { box } of strips) markBox(marked, width, box);
  const groups = findGroups(image, marked);
  const items: NotSpecimenItem[] = [
    ...strips.map(({ kind, box }) => ({ kind, box })),
    ...groups.flatMap((group) => itemsOf(group, image)),
  ];
  if (items.length === 0) return { mask: null, found: [], scaleBarPx: null };
  growOverRims(image, groups, marked);
  const bars = items.filter(({ kind }) => kind === 'scale bar').map(({ box }) => box.width);
  const inBanners = strips.flatMap((strip) => barInBanner(image, strip) ?? []);
  return { mask: maskFromBitmap(width, height, marked), found: items, scaleBarPx: onlyOf([...bars, ...inBanners]) };
}

function markBox(marked: Uint8Array, width: number, box: Box): void {
  for (let y = box.y; y < box.y + box.height; y++) marked.fill(1, y * width + box.x, y * width + box.x + box.width);
}

/** Groups of all inks; what belongs to one is not looked at again. */
function findGroups(image: LevelImage, marked: Uint8Array): DrawnGroup[] {
  const inks = findInks(image, marked);
  return inks.flatMap((ink) => {
    const groups = drawnGroups(image, ink, inkShapes(image, ink, marked));
    for (const { shapes } of groups) {
      for (const { mask } of shapes) forEachRun(mask, (start, end) => marked.fill(1, start, end));
    }
    return groups;
  });
}

/** A bar is four times as long as high at least. */
const leastBarAspect = 4;

function itemsOf({ shapes, box }: DrawnGroup, image: LevelImage): NotSpecimenItem[] {
  const bars = shapes.filter(
    (shape) => shape.core.width >= leastBarAspect * shape.core.height && isRectangle(shape, image),
  );
  const rest = shapes.length - bars.length;
  return [
    ...bars.map((bar) => ({ kind: 'scale bar' as const, box: bar.core })),
    ...(rest > 0 ? [{ kind: 'drawing' as const, box }] : []),
  ];
}

/** The one value of a list, or those that agree within two pixels. */
function onlyOf(lengths: readonly number[]): number | null {
  const [first] = lengths;
  if (first === undefined || lengths.some((length) => Math.abs(length - first) > 2)) return null;
  return first;
}
