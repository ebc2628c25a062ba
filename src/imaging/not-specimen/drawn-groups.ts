import type { Box } from '../../core/box.js';
import type { Ink } from './ink-levels.js';
import type { InkShape } from './ink-shapes.js';
import type { LevelImage } from './levels.js';

/** Shapes of one ink that were drawn over the picture side by side: a word, a bar with its length, an arrow. */
export interface DrawnGroup {
  readonly ink: Ink;
  readonly box: Box;
  readonly shapes: readonly InkShape[];
}

/** What is drawn is this flat, sharp and far from what lies around it at least. */
const least = { flat: 0.5, sharp: 0.9, contrast: 55 };
/** Strokes are so much longer than wide, at least so long, and at most so wide. */
const strokes = { mostRadiusShare: 0.22, leastLength: 9, mostRadius: 14, leastAreaPx: 20 };
/** A rectangle fills its box, and all its sides. */
const rectangles = { fill: 0.95, sides: 0.93, leastLength: 12, leastAspect: 2.5, leastBoxShare: 0.002 };
/** What is neither must be large and plain. */
const plain = { flat: 0.85, leastAreaPx: 60, mostRadius: 30 };
/** At least so much of the ink around a group is the group's: where more is scattered around it, the specimen itself has this grey. */
const leastPurity = 0.55;
const purityMargin = 4;

/** Beside what is surely drawn, less will do: a letter over a bright spot, or over a dark edge. */
const leastBeside = { flat: 0.45, sharp: 0.85, contrast: 30 };
/** A lone small shape is no letter. */
const leastAlonePx = 60;

/** The shapes that were drawn, in groups; those of a specimen that happens to be saturated are left out. */
export function drawnGroups(image: LevelImage, ink: Ink, shapes: readonly InkShape[]): DrawnGroup[] {
  const sure = shapes.filter(
    (shape) =>
      looksDrawn(shape, least) && (isStroke(shape, image) || isRectangle(shape, image) || isPlain(shape, image)),
  );
  const likely = shapes.filter((shape) => looksDrawn(shape, leastBeside));
  return grouped(withNeighbours(sure, likely))
    .map((members) => ({ ink, shapes: members, box: boxAround(members.map(({ box }) => box)) }))
    .filter((group) => isEnough(group, image) && purityOf(image, group) >= leastPurity);
}

function looksDrawn({ flat, sharp, contrast }: InkShape, bounds: typeof least): boolean {
  return flat >= bounds.flat && sharp >= bounds.sharp && contrast >= bounds.contrast;
}

function isEnough({ shapes }: DrawnGroup, image: LevelImage): boolean {
  const [only, second] = shapes;
  if (only === undefined || second !== undefined) return only !== undefined;
  return only.mask.areaPx >= leastAlonePx || isRectangle(only, image);
}

/** Shapes with those beside them, and beside these. */
function withNeighbours(sure: readonly InkShape[], likely: readonly InkShape[]): InkShape[] {
  const found = [...sure];
  const left = new Set(likely.filter((shape) => !sure.includes(shape)));
  for (let at = 0; at < found.length; at++) {
    const shape = found[at] as InkShape;
    for (const other of left) {
      if (!belongsTo(other, shape) || other.box.height > 1.6 * shape.box.height + 4) continue;
      left.delete(other);
      found.push(other);
    }
  }
  return found;
}

function isStroke({ box, radius, mask }: InkShape, image: LevelImage): boolean {
  const length = Math.max(box.width, box.height);
  const { mostRadiusShare, leastLength, mostRadius, leastAreaPx } = strokes;
  return (
    length >= leastLength &&
    mask.areaPx >= leastAreaPx &&
    radius <= Math.min(mostRadius, mostRadiusShare * length) &&
    !touchesEdge(box, image)
  );
}

/** A bar, or a box to write in. */
export function isRectangle({ core, fill, sides, flat, mask }: InkShape, image: LevelImage): boolean {
  const [long, short] = [Math.max(core.width, core.height), Math.min(core.width, core.height)];
  if (long < rectangles.leastLength || flat < plain.flat || sides < rectangles.sides) return false;
  const isBar = fill >= rectangles.fill && long >= rectangles.leastAspect * short && !touchesEdge(core, image);
  return isBar || mask.areaPx >= rectangles.leastBoxShare * image.width * image.height;
}

function isPlain({ box, flat, radius, mask }: InkShape, image: LevelImage): boolean {
  return (
    flat >= plain.flat && mask.areaPx >= plain.leastAreaPx && radius <= plain.mostRadius && !touchesEdge(box, image)
  );
}

function touchesEdge({ x, y, width, height }: Box, image: LevelImage): boolean {
  return x === 0 || y === 0 || x + width === image.width || y + height === image.height;
}

/** Whether two shapes are no further apart than letters of one word or line. */
function belongsTo(a: InkShape, b: InkShape): boolean {
  const reach = Math.max(a.box.height, b.box.height, 6);
  const gap = (from: number, length: number, other: number, otherLength: number): number =>
    Math.max(0, other - from - length, from - other - otherLength);
  const across = gap(a.box.x, a.box.width, b.box.x, b.box.width);
  const down = gap(a.box.y, a.box.height, b.box.y, b.box.height);
  return across <= 0.9 * Math.min(reach, 40) && down <= 0.5 * Math.min(reach, 40);
}

function grouped(shapes: readonly InkShape[]): InkShape[][] {
  const groups: InkShape[][] = [];
  for (const shape of shapes) {
    const near = groups.filter((group) => group.some((other) => belongsTo(shape, other)));
    const joined = [shape, ...near.flat()];
    for (const group of near) groups.splice(groups.indexOf(group), 1);
    groups.push(joined);
  }
  return groups;
}

function boxAround(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}

/** Share of the ink in and around a group that is the group's. */
function purityOf({ width, height, levels }: LevelImage, { ink, box, shapes }: DrawnGroup): number {
  let count = 0;
  const [left, right] = [Math.max(0, box.x - purityMargin), Math.min(width, box.x + box.width + purityMargin)];
  for (let y = Math.max(0, box.y - purityMargin); y < Math.min(height, box.y + box.height + purityMargin); y++) {
    for (let x = left; x < right; x++) {
      if (Math.abs((levels[y * width + x] as number) - ink.level) <= ink.tolerance) count++;
    }
  }
  return shapes.reduce((sum, { mask }) => sum + mask.areaPx, 0) / Math.max(1, count);
}
