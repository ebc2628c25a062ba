import { connectedComponents } from '../core/connected-components.js';
import { intersectionArea, type Mask, maskFromBox, subtract } from '../core/mask.js';

/** A mask of at least so many pieces, each of at most this share of the image, is scattered. */
const leastPieces = 8;
const mostPieceShare = 0.01;
/** A piece lies in a mask that covers at least so much of the strip around it. */
const leastAround = 0.5;
/** The strip's width as a share of the piece's sides, in pixels at least 2. */
const stripShare = 0.25;
/** A mask that holds at least this share of the scattered one surrounds it. */
const leastHeld = 0.15;

/**
 * Pairs of masks of which one is scattered over the other: many small pieces in holes that the other leaves. SAM saw
 * them as not of the other, and their texture can hardly be told: a token is as large as they are. Returns whether two
 * of the masks, by their indices, are such a pair.
 */
export function scatteredOver(masks: readonly Mask[]): (first: number, second: number) => boolean {
  const surrounding = new Map<number, ReadonlySet<number>>();
  masks.forEach((mask, index) => {
    const pieces = piecesOf(mask);
    if (pieces === undefined) return;
    const strips = pieces.map((piece) => ({ strip: stripAround(piece, mask), areaPx: piece.areaPx }));
    const holders = masks.flatMap((other, at) => (at !== index && surrounds(other, strips, mask.areaPx) ? [at] : []));
    surrounding.set(index, new Set(holders));
  });
  return (first, second) =>
    surrounding.get(first)?.has(second) === true || surrounding.get(second)?.has(first) === true;
}

/** The pieces of a scattered mask; undefined for others. */
function piecesOf(mask: Mask): Mask[] | undefined {
  const pieces = connectedComponents(mask, 8);
  const most = mostPieceShare * mask.width * mask.height;
  const small = pieces.filter(({ areaPx }) => areaPx <= most);
  return small.length >= leastPieces ? small : undefined;
}

/** The surroundings of a piece: its box, widened, without the scattered mask. */
function stripAround({ box, width, height }: Mask, scattered: Mask): Mask {
  const [across, down] = [box.width, box.height].map((side) => Math.max(2, Math.round(stripShare * side))) as [
    number,
    number,
  ];
  const [x, y] = [Math.max(0, box.x - across), Math.max(0, box.y - down)];
  const right = Math.min(width, box.x + box.width + across);
  const bottom = Math.min(height, box.y + box.height + down);
  return subtract(maskFromBox(width, height, { x, y, width: right - x, height: bottom - y }), scattered);
}

function surrounds(
  mask: Mask,
  strips: readonly { readonly strip: Mask; readonly areaPx: number }[],
  scatteredPx: number,
): boolean {
  const held = strips.filter(({ strip }) => intersectionArea(strip, mask) >= leastAround * strip.areaPx);
  return held.reduce((sum, { areaPx }) => sum + areaPx, 0) >= leastHeld * scatteredPx;
}
