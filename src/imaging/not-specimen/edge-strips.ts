import type { Box } from '../../core/box.js';
import type { LevelImage } from './levels.js';

/** A strip along an edge of the picture that is no specimen. */
export interface EdgeStrip {
  /** `banner`: something is written on it; `padding`: of one grey throughout. */
  readonly kind: 'banner' | 'padding';
  readonly side: Side;
  readonly box: Box;
  /** Grey of its ground, as a level. */
  readonly level: number;
}

type Side = 'top' | 'bottom' | 'left' | 'right';

/** The picture as seen from one side: line 0 lies at the edge. */
interface Lines {
  readonly count: number;
  readonly length: number;
  at(line: number, along: number): number;
}

/** Levels that differ by no more are one grey: compression leaves as much. */
const tolerance = 12;
/** A line of which so much is of one grey is empty. */
const emptyShare = 0.965;
/** The same of the last line, beside the specimen. */
const leastLastShare = 0.85;
/** At least so much of a line that is written on is ground. */
const groundShare = 0.3;
/** Strips are no wider than this share of the picture. */
const mostShare = 0.35;
/** So many lines outside of a banner are no reason not to see it, if it has more than so many. */
const [mostSkipped, leastBanner] = [3, 12];
/** The first line of the specimen has at most so much of the strip's grey, and differs from it at least by this share of what the next lines do. */
const [mostGroundBeyond, leastStep] = [{ padding: 0.35, banner: 0.75 }, 0.7];
const linesBeyond = 8;
/** What is written on a strip takes a share of it between these. */
const [leastInk, mostInk] = [0.002, 0.5];
/** Of what is no ground on a banner, at least so much is as far from it as ink is. */
const leastClearInk = 0.4;

/** Strips of one grey along the edges, with or without something written on them: banners, padding, frames; from the outside to the inside. */
export function findEdgeStrips(image: LevelImage): EdgeStrip[] {
  return (['bottom', 'top', 'left', 'right'] as const).flatMap((side) => {
    const lines = linesFrom(image, side);
    const strips: EdgeStrip[] = [];
    for (let start = 0; ;) {
      const strip = stripAfter(lines, start);
      if (strip === null || strip.end > mostShare * lines.count) return strips;
      strips.push({ kind: strip.kind, side, level: strip.level, box: boxOf(image, side, start, strip.end) });
      start = strip.end;
    }
  });
}

function linesFrom({ width, height, levels }: LevelImage, side: Side): Lines {
  const isRow = side === 'top' || side === 'bottom';
  const isFar = side === 'bottom' || side === 'right';
  const [count, length] = isRow ? [height, width] : [width, height];
  const [step, across] = isRow ? [1, width] : [width, 1];
  return {
    count,
    length,
    at: (line, along) => levels[(isFar ? count - 1 - line : line) * across + along * step] as number,
  };
}

function boxOf({ width, height }: LevelImage, side: Side, start: number, end: number): Box {
  const size = end - start;
  switch (side) {
    case 'top':
      return { x: 0, y: start, width, height: size };
    case 'bottom':
      return { x: 0, y: height - end, width, height: size };
    case 'left':
      return { x: start, y: 0, width: size, height };
    case 'right':
      return { x: width - end, y: 0, width: size, height };
  }
}

interface FoundStrip {
  readonly kind: EdgeStrip['kind'];
  readonly end: number;
  readonly level: number;
}

/** The strip that begins at a line, or a little further in: a banner may have lines of the specimen, or of its own frame, outside. */
function stripAfter(lines: Lines, start: number): FoundStrip | null {
  const first = stripAt(lines, start);
  if (first !== null) return first;
  for (let skipped = 1; skipped <= mostSkipped; skipped++) {
    const strip = stripAt(lines, start + skipped);
    if (strip?.kind === 'banner' && strip.end - start > leastBanner) return strip;
  }
  return null;
}

/** The strip that begins at a line; null where the specimen does. */
function stripAt(lines: Lines, start: number): FoundStrip | null {
  const level = commonLevel(lines, start);
  if (groundOf(lines, start, level) < emptyShare) return null;
  const ground: number[] = [];
  for (let line = start; line < lines.count; line++) {
    const share = groundOf(lines, line, level);
    if (share < groundShare) break;
    ground.push(share);
  }
  const ends = [...new Set([ground.length, lastOf(ground, emptyShare) + 1, firstWritten(ground)])];
  for (const length of ends.filter((each) => (ground[each - 1] ?? 0) >= leastLastShare)) {
    const end = start + length;
    const kind = end < lines.count ? kindOf(lines, { start, end, level }) : null;
    if (kind !== null && endsAbruptly(lines, { kind, end, level })) return { kind, end, level };
  }
  return null;
}

function lastOf(shares: readonly number[], least: number): number {
  return shares.findLastIndex((share) => share >= least);
}

/** How many lines are empty from the start on. */
function firstWritten(shares: readonly number[]): number {
  const first = shares.findIndex((share) => share < emptyShare);
  return first < 0 ? shares.length : first;
}

function commonLevel(lines: Lines, line: number): number {
  const counts = new Uint32Array(256);
  for (let along = 0; along < lines.length; along++) {
    const level = lines.at(line, along);
    counts[level] = (counts[level] as number) + 1;
  }
  return counts.indexOf(Math.max(...counts));
}

/** Share of a line that is of one grey. */
function groundOf(lines: Lines, line: number, level: number): number {
  let count = 0;
  for (let along = 0; along < lines.length; along++) {
    if (Math.abs(lines.at(line, along) - level) <= tolerance) count++;
  }
  return count / lines.length;
}

/**
 * Whether the specimen begins within one line all along: a strip that was put beside it does, while a border within the specimen is blurred by the beam, and rough.
 */
function endsAbruptly(lines: Lines, { kind, end, level }: FoundStrip): boolean {
  const last = Math.min(lines.count, end + linesBeyond);
  if (groundOf(lines, end, level) > mostGroundBeyond[kind]) return false;
  let beyond = 0;
  for (let line = end + 1; line < last; line++) beyond += stepOf(lines, line, level);
  return stepOf(lines, end, level) >= (leastStep * beyond) / Math.max(1, last - end - 1);
}

/** Mean difference of a line from one grey. */
function stepOf(lines: Lines, line: number, level: number): number {
  let sum = 0;
  for (let along = 0; along < lines.length; along++) sum += Math.abs(lines.at(line, along) - level);
  return sum / lines.length;
}

/** What a strip is; null where what lies on its ground is no writing. */
function kindOf(
  lines: Lines,
  { start, end, level }: { readonly start: number; readonly end: number; readonly level: number },
): EdgeStrip['kind'] | null {
  const steps = new Uint32Array(256);
  for (let line = start; line < end; line++) {
    for (let along = 0; along < lines.length; along++) {
      const step = Math.abs(lines.at(line, along) - level);
      steps[step] = (steps[step] as number) + 1;
    }
  }
  const over = (least: number): number => steps.subarray(least).reduce((sum, count) => sum + count, 0);
  const all = (end - start) * lines.length;
  const marked = over(tolerance + 1);
  if (marked <= (1 - emptyShare) * all) return marked < leastInk * all ? 'padding' : 'banner';
  if (marked > mostInk * all) return null;
  const strongest = steps.findLastIndex((count) => count > 0);
  return over(Math.ceil(strongest * 0.6)) >= leastClearInk * marked ? 'banner' : null;
}
