import { emptyLabelBits, type LabelBits } from '../core/label-bits.js';
import type { LabelMap } from '../core/label-map.js';
import { forEachRun, intersectionArea, type Mask, subtract } from '../core/mask.js';
import { liesIn } from './mask-relations.js';

/** A material on a map with the masks that claim it. */
export interface ClaimedMaterial {
  readonly label: number;
  readonly members: readonly { readonly mask: Mask }[];
}

/** Labels above this have no bit. */
const mostLabels = 30;

/** Which pixels that several masks claim are given to the mask whose texture they show. */
export interface ContestOptions {
  /** A smaller mask with at least this share of its area in a larger one is its child: its claim stands. */
  readonly childShare: number;
  /** Overlaps of more than this share of the larger mask are no spill over a border, and stay with the mask that won them. */
  readonly mostContested: number;
}

/**
 * Labels per pixel (bit l: label l) that masks of different materials claim, none the child of the other, where one of them has won the pixel; 0
 * elsewhere. Which of two such masks has the higher score says little of where their border runs: a wide layer's mask may well spill over a narrow one.
 */
export function contestedPixels(
  map: LabelMap,
  materials: readonly ClaimedMaterial[],
  options: ContestOptions,
): LabelBits {
  const claims = emptyLabelBits(map);
  const known = materials.filter(({ label }) => label <= mostLabels);
  known.forEach((material, index) => {
    for (const rival of known.slice(index + 1)) markContest(claims, map, [material, rival], options);
  });
  return claims;
}

function markContest(
  claims: LabelBits,
  { labels }: LabelMap,
  [first, second]: readonly [ClaimedMaterial, ClaimedMaterial],
  options: ContestOptions,
): void {
  const both = (1 << first.label) | (1 << second.label);
  for (const { mask } of first.members) {
    for (const rival of second.members.filter((other) => isContest(mask, other.mask, options))) {
      forEachRun(subtract(mask, subtract(mask, rival.mask)), (start, end) => {
        for (let pixel = start; pixel < end; pixel++) {
          if (labels[pixel] !== first.label && labels[pixel] !== second.label) continue;
          claims[pixel] = (claims[pixel] as number) | both;
        }
      });
    }
  }
}

function isContest(a: Mask, b: Mask, { childShare, mostContested }: ContestOptions): boolean {
  const shared = intersectionArea(a, b);
  if (shared === 0 || shared > mostContested * Math.max(a.areaPx, b.areaPx)) return false;
  return !liesIn(a, b, childShare) && !liesIn(b, a, childShare);
}
