import { forEachRun } from '../../core/mask.js';
import type { DrawnGroup } from './drawn-groups.js';
import type { LevelImage } from './levels.js';

/** An outline around letters is no wider than this. */
const mostOutline = 5;
/** Of the next ring of pixels so much has an outline's grey. */
const leastOfRing = 0.6;
/** Half-smoothed pixels make less than this share of the step to the surroundings. */
const smoothedShare = 0.8;
/** So near to black or white is an outline's grey. */
const outlineTolerance = 24;

/**
 * Marks what belongs to drawn shapes beside their ink: an outline of the opposite grey around them, holes in boxes, and the smoothed rim. `marked` is changed: 1
 * where no specimen is.
 */
export function growOverRims(image: LevelImage, groups: readonly DrawnGroup[], marked: Uint8Array): void {
  for (const { ink, shapes } of groups) {
    const front: number[] = [];
    for (const { mask } of shapes) {
      forEachRun(mask, (start, end) => {
        for (let at = start; at < end; at++) front.push(at);
      });
    }
    const contrast = Math.min(...shapes.map((shape) => shape.contrast));
    const isSmoothed = (at: number): boolean =>
      Math.abs((image.levels[at] as number) - ink.level) < smoothedShare * contrast;
    const smoothed = ringAround(image, front, marked).filter(isSmoothed);
    for (const at of smoothed) marked[at] = 1;
    for (const at of outlineAround(image, [...front, ...smoothed], marked, ink.level > 127 ? 0 : 255)) marked[at] = 1;
  }
}

/** The rings of an outline of one grey, and its smoothed rim; none where that grey goes on further than an outline does. */
function outlineAround(image: LevelImage, front: readonly number[], marked: Uint8Array, grey: number): number[] {
  const known = Uint8Array.from(marked);
  const outline: number[] = [];
  let edge = front;
  for (let step = 0; step <= mostOutline; step++) {
    const ring = ringAround(image, edge, known);
    const own = ring.filter((at) => Math.abs((image.levels[at] as number) - grey) <= outlineTolerance);
    outline.push(...(step === 0 ? own : ring));
    if (own.length < leastOfRing * ring.length) return step === 0 ? [] : outline;
    for (const at of ring) known[at] = 1;
    edge = ring;
  }
  return [];
}

/** Pixels next to those of a front that are not marked yet. */
function ringAround({ width, height }: LevelImage, front: readonly number[], marked: Uint8Array): number[] {
  const ring = new Set<number>();
  for (const at of front) {
    const x = at % width;
    for (let dy = -width; dy <= width; dy += width) {
      for (let dx = -1; dx <= 1; dx++) {
        const to = at + dy + dx;
        if (to < 0 || to >= width * height || x + dx < 0 || x + dx >= width) continue;
        if (marked[to] === 0) ring.add(to);
      }
    }
  }
  return [...ring];
}
