import { connectedComponents } from '../../core/connected-components.js';
import { type LabelMap, maskOfLabel } from '../../core/label-map.js';
import { forEachRowRun, type Mask } from '../../core/mask.js';
import type { Micrograph } from '../../core/micrograph.js';
import { type Corner, enclosedArea, lineLength, PixelEdges, simplifyLine } from '../../core/pixel-edges.js';
import type { Segmentation } from '../../pipeline/segment-micrograph.js';
import type { Timings } from '../../pipeline/timings.js';

/** A point in pixels of the original image. */
type Point = readonly [x: number, y: number];

/** One connected piece of a material. */
export interface RegionOfInterest {
  /** From 1, the largest first. */
  readonly id: number;
  readonly material: number;
  readonly score: number;
  /** x, y, width, height of the smallest box around it. */
  readonly bbox: readonly [number, number, number, number];
  readonly centroid: Point;
  readonly area_px: number;
  /** Null where the file does not tell the size of its pixels. */
  readonly area_nm2: number | null;
  /** Closed line around it, along edges of pixels; the first point is not repeated. */
  readonly outline: readonly Point[];
  /** Lines around its holes. */
  readonly holes: readonly (readonly Point[])[];
}

/** Where two materials touch. */
export interface InterfaceLine {
  /** The two materials, the larger one first. */
  readonly materials: readonly [number, number];
  readonly line: readonly Point[];
  readonly length_px: number;
  readonly length_nm: number | null;
}

/** What a microscope's control software needs to know of a frame. */
export interface RegionsOfInterest {
  readonly regions: readonly RegionOfInterest[];
  /** The longest first. */
  readonly interfaces: readonly InterfaceLine[];
}

/** How regions are found and drawn. */
export interface RegionOptions {
  readonly nanometresPerPixel: number | undefined;
  /** Smaller pieces are left out: a share of the image's area. */
  readonly leastShare?: number;
  /** Outlines and interface lines are simplified by so many pixels. */
  readonly tolerancePx?: number;
}

/** The pieces of each material and the lines between materials; `scores` are by material, from 1. */
export function regionsOfInterest(
  map: LabelMap,
  scores: ReadonlyMap<number, number>,
  { nanometresPerPixel, leastShare = 0.0005, tolerancePx = 1 }: RegionOptions,
): RegionsOfInterest {
  const leastPx = Math.max(1, leastShare * map.width * map.height);
  const pieces = [...scores.keys()]
    .flatMap((material) => connectedComponents(maskOfLabel(map, material)).map((mask) => ({ material, mask })))
    .filter(({ mask }) => mask.areaPx >= leastPx)
    .sort((a, b) => b.mask.areaPx - a.mask.areaPx);
  const { outlines, interfaces } = traceEdges(map, pieces.map(({ mask }) => mask)); // prettier-ignore
  const simple = (line: readonly Corner[]): Point[] => simplifyLine(line, tolerancePx);
  const squareNm = nanometresPerPixel === undefined ? undefined : nanometresPerPixel ** 2;
  return {
    regions: pieces.map(({ material, mask }, index) => {
      const { x, y, width, height } = mask.box;
      const [outer = [], ...holes] =
        outlines[index]?.takeLines().sort((a, b) => enclosedArea(b) - enclosedArea(a)) ?? [];
      return {
        id: index + 1,
        material,
        score: scores.get(material) ?? 0,
        bbox: [x, y, width, height],
        centroid: centroidOf(mask),
        area_px: mask.areaPx,
        area_nm2: squareNm === undefined ? null : mask.areaPx * squareNm,
        outline: simple(outer).slice(0, -1),
        holes: holes.map((hole) => simple(hole).slice(0, -1)),
      };
    }),
    interfaces: [...interfaces.values()]
      .flatMap(({ materials, edges }) => edges.takeLines().map((line) => ({ materials, line: simple(line) })))
      .map(({ materials, line }) => {
        const length = lineLength(line);
        const nanometres = nanometresPerPixel === undefined ? null : length * nanometresPerPixel;
        return { materials, line, length_px: round(length), length_nm: nanometres };
      })
      .sort((a, b) => b.length_px - a.length_px),
  };
}

interface Interface {
  readonly materials: readonly [number, number];
  readonly edges: PixelEdges;
}

/** One walk over the image: the edges around each piece, and those between each two materials. */
function traceEdges({ width, height, labels }: LabelMap, pieces: readonly Mask[]) {
  const owners = new Int32Array(width * height);
  pieces.forEach((mask, index) => forEachRowRun(mask, (start, end) => owners.fill(index + 1, start, end)));
  const outlines = pieces.map(() => new PixelEdges(width));
  const interfaces = new Map<number, Interface>();
  const between = (a: number, b: number): PixelEdges | undefined => {
    if (a === 0 || b === 0 || a === b) return undefined;
    const materials = [Math.min(a, b), Math.max(a, b)] as const;
    const key = materials[0] * 256 + materials[1];
    const known = interfaces.get(key) ?? { materials, edges: new PixelEdges(width) };
    interfaces.set(key, known);
    return known.edges;
  };
  const visit = (here: number, there: number, add: (edges: PixelEdges) => void): void => {
    const [a, b] = [owners[here] ?? 0, owners[there] ?? 0];
    if (a !== b) for (const owner of [a, b]) if (owner > 0) add(outlines[owner - 1] as PixelEdges);
    const line = between(labels[here] ?? 0, labels[there] ?? 0);
    if (line !== undefined) add(line);
  };
  const outside = -1;
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      const here = x < width && y < height ? y * width + x : outside;
      if (y < height) visit(here, x > 0 ? y * width + x - 1 : outside, (edges) => edges.addLeftOf(x, y));
      if (x < width) visit(here, y > 0 ? (y - 1) * width + x : outside, (edges) => edges.addAbove(x, y));
    }
  }
  return { outlines, interfaces };
}

/** The mean of the pixels' centres. */
function centroidOf(mask: Mask): Point {
  let [sumX, sumY] = [0, 0];
  forEachRowRun(mask, (start, end, row) => {
    const count = end - start;
    sumX += count * ((start % mask.width) + count / 2);
    sumY += count * (row + 0.5);
  });
  return [round(sumX / mask.areaPx), round(sumY / mask.areaPx)];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** `NAME.roi.json`: what `watch` writes for a frame. */
export function regionsReport(
  micrograph: Micrograph,
  { microstructure }: Pick<Segmentation, 'microstructure'>,
  about: { readonly modelVersion: string; readonly nanometresPerPixel: number | undefined },
  timings: Timings,
): object {
  const { name: file, width, height } = micrograph;
  const scores = new Map(microstructure?.materials.map(({ label, score }) => [label, score]));
  const map = microstructure?.map ?? { width, height, labels: new Uint8Array(width * height) };
  return {
    image: { file, width, height },
    nanometres_per_pixel: about.nanometresPerPixel ?? null,
    model: about.modelVersion,
    materials: scores.size,
    ...regionsOfInterest(map, scores, about),
    timings_ms: timings,
  };
}
