import { labelAreas, type LabelMap, paintLabelMap } from '../core/label-map.js';
import type { Mask } from '../core/mask.js';
import { liesIn } from './mask-relations.js';

/** A mask with the material that it shows. */
export interface MaterialMask {
  readonly mask: Mask;
  /** SAM's trust in the mask, in [0, 1]. */
  readonly score: number;
  readonly material: number;
  /** Share of the crops that voted for the material, in [0, 1]. */
  readonly margin: number;
}

/** One material of a micrograph, with the masks, or what stands for them, that show it. */
export interface Material<Item = MaterialMask> {
  /** 1 is the material with the largest area. */
  readonly label: number;
  readonly areaPx: number;
  /** Vote margin × mask score, averaged over the area of its masks; in [0, 1]. */
  readonly score: number;
  /** The masks that show it. */
  readonly members: readonly Item[];
}

/** The result of the pipeline: every pixel belongs to one material or to none. */
export interface Microstructure<Item = MaterialMask> {
  readonly map: LabelMap;
  /** Largest first; `label` counts from 1. */
  readonly materials: readonly Material<Item>[];
}

/**
 * Paints the masks so that no two materials share a pixel (DESIGN section 3.3): a child keeps its pixels and its parent loses them; a
 * partial overlap goes to the mask with the higher score, a tie to the smaller mask.
 */
export function buildMicrostructure<Item extends MaterialMask>(
  width: number,
  height: number,
  masks: readonly Item[],
  { childShare }: { readonly childShare: number },
): Microstructure<Item> {
  const layers = paintingOrder(masks, childShare).map(({ mask, material }) => ({ mask, label: material + 1 }));
  const map = paintLabelMap(width, height, layers);
  return rankByArea(map, masks);
}

/** The same materials after borders between them were moved on the map, ranked anew. */
export function withMap<Item extends MaterialMask>(
  { materials }: Microstructure<Item>,
  map: LabelMap,
): Microstructure<Item> {
  const members = materials.flatMap((material) =>
    material.members.map((member) => ({ ...member, material: material.label - 1 })),
  );
  return rankByArea(map, members);
}

/** What is painted later wins: parents before their children, else the lower score first, and of equals the larger mask. */
export function paintingOrder<Item extends { readonly mask: Mask; readonly score: number }>(
  masks: readonly Item[],
  childShare: number,
): Item[] {
  const waiting = [...masks].sort((a, b) => a.score - b.score || b.mask.areaPx - a.mask.areaPx);
  const parents = new Map(
    waiting.map((mask) => [mask, waiting.filter((other) => liesIn(mask.mask, other.mask, childShare))]),
  );
  const painted = new Set<Item>();
  while (painted.size < waiting.length) {
    const next = waiting.find(
      (mask) => !painted.has(mask) && parents.get(mask)?.every((parent) => painted.has(parent)),
    );
    if (next === undefined) throw new Error('a mask is its own ancestor');
    painted.add(next);
  }
  return [...painted];
}

/** Renumbers the materials by the area that they have on the map; a material that has lost all its pixels is left out. */
function rankByArea<Item extends MaterialMask>(map: LabelMap, masks: readonly Item[]): Microstructure<Item> {
  const areas = labelAreas(map);
  const ranked = [...new Set(masks.map(({ material }) => material))]
    .map((material) => ({ material, areaPx: areas[material + 1] ?? 0 }))
    .filter(({ areaPx }) => areaPx > 0)
    .sort((a, b) => b.areaPx - a.areaPx || a.material - b.material);
  const newLabel = new Uint8Array(256);
  ranked.forEach(({ material }, rank) => (newLabel[material + 1] = rank + 1));
  const materials = ranked.map(({ material, areaPx }, rank) => {
    const members = masks.filter((mask) => mask.material === material);
    return { label: rank + 1, areaPx, score: materialScore(members), members };
  });
  return { map: { ...map, labels: map.labels.map((label) => newLabel[label] ?? 0) }, materials };
}

function materialScore(masks: readonly MaterialMask[]): number {
  const area = masks.reduce((sum, { mask }) => sum + mask.areaPx, 0);
  return masks.reduce((sum, { mask, score, margin }) => sum + mask.areaPx * score * margin, 0) / area;
}
