import { type Mask, maskFromBitmap, maskToBitmap, pixelOfRank, subtract, unionOf } from '../src/core/mask.js';
import { type SeededRandom, seededRandom } from '../src/core/seeded-random.js';
import type { ScoredProposal } from '../src/pipeline/merge-masks.js';
import { proposalScore } from '../src/sam/mask-proposal.js';
import type { SimulatedImage } from './simulated-set.js';

/*
 * Mask sets as vanilla SAM errs on micrographs, made from the truth: pieces cut at defects and shading, parents over children, near duplicates,
 * scraps, pieces that are missed, ragged edges. The chances were set once, by what the paper shows of SAM's masks (its figures 1, 4 and 8),
 * before anything was measured on such sets.
 */
const chances = {
  /** That a piece is not proposed at all. */
  missed: 0.06,
  /** That a piece is cut, and how often at most. */
  cut: 0.75,
  mostCuts: 4,
  /** That a piece that was cut is proposed as a whole, too. */
  whole: 0.5,
  /** That a mask comes a second time, its edge elsewhere. */
  duplicate: 0.4,
  /** That two pieces that are side by side in the list come as one, and that all of them do. */
  parent: 0.35,
  everything: 0.25,
} as const;
/** Scraps per image, and the sides of their boxes, as shares of the image's side. */
const scraps = { most: 14, sides: [0.01, 0.05] } as const;
/** Edges are off by up to this share of the image's side. */
const raggedness = 0.006;

/** A seed of its own for each image. */
export function seedOf(name: string): number {
  return Array.from(name).reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, 7);
}

/** The masks of one image; the same for the same seed. */
export function erringMasks(image: Pick<SimulatedImage, 'micrograph' | 'pieces'>, seed: number): ScoredProposal[] {
  const random = seededRandom(seed);
  const { width, height } = image.micrograph;
  const draw = (share: number): boolean => random() < share;
  const masks: Mask[] = [];
  const pieces = image.pieces.map(({ mask }) => mask);
  for (const piece of pieces) {
    if (draw(chances.missed)) continue;
    const parts = draw(chances.cut) ? cutOften(piece, 1 + Math.floor(random() * chances.mostCuts), random) : [piece];
    masks.push(...parts);
    if (parts.length > 1 && draw(chances.whole)) masks.push(piece);
  }
  pieces.slice(1).forEach((piece, index) => {
    if (draw(chances.parent)) masks.push(unionOf(pieces[index] ?? piece, piece));
  });
  const [first, ...rest] = pieces;
  if (first !== undefined && draw(chances.everything)) masks.push(unionOf(first, ...rest));
  masks.push(...masks.filter(() => draw(chances.duplicate)));
  for (let scrap = Math.floor(random() * (scraps.most + 1)); scrap > 0; scrap--) {
    const piece = pieces[Math.floor(random() * pieces.length)];
    if (piece !== undefined) masks.push(scrapOf(piece, random));
  }
  return masks
    .map((mask) => ragged(mask, random))
    .filter(({ areaPx }) => areaPx > 0)
    .map((mask) => {
      const quality = { predictedIou: 0.85 + 0.15 * random(), stabilityScore: 0.93 + 0.07 * random() };
      const cropBox = { x: 0, y: 0, width, height };
      const proposal = { mask, ...quality, point: null, cropBox };
      return { ...proposal, score: proposalScore(proposal) };
    });
}

function cutOften(piece: Mask, cuts: number, random: SeededRandom): Mask[] {
  let parts = [piece];
  for (let cut = 0; cut < cuts; cut++) {
    const largest = parts.reduce((best, part) => (part.areaPx > best.areaPx ? part : best));
    parts = [...parts.filter((part) => part !== largest), ...cutOnce(largest, random)];
  }
  return parts.filter(({ areaPx }) => areaPx > 0);
}

/** Along a wavy line through one of its pixels, in any direction. */
function cutOnce(mask: Mask, random: SeededRandom): Mask[] {
  const { width, height } = mask;
  const through = pixelOfRank(mask, Math.floor(random() * mask.areaPx));
  const [x0, y0] = [through % width, Math.floor(through / width)];
  const angle = random() * Math.PI;
  const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
  const [amplitude, period] = [random() * 0.03 * width, (0.1 + 0.3 * random()) * width];
  const side = maskToBitmap(mask);
  for (let pixel = 0; pixel < side.length; pixel++) {
    if (side[pixel] === 0) continue;
    const [x, y] = [(pixel % width) - x0, Math.floor(pixel / width) - y0];
    const along = ny * x - nx * y;
    if (nx * x + ny * y > amplitude * Math.sin((2 * Math.PI * along) / period)) side[pixel] = 0;
  }
  const half = maskFromBitmap(width, height, side);
  return [half, subtract(mask, half)];
}

function scrapOf(piece: Mask, random: SeededRandom): Mask {
  const { width, height } = piece;
  const centre = pixelOfRank(piece, Math.floor(random() * piece.areaPx));
  const radius = () => ((scraps.sides[0] + random() * (scraps.sides[1] - scraps.sides[0])) * width) / 2;
  const [rx, ry] = [radius(), radius()];
  const bitmap = maskToBitmap(piece).map((value, pixel) => {
    const [dx, dy] = [(pixel % width) - (centre % width), Math.floor(pixel / width) - Math.floor(centre / width)];
    return (dx / rx) ** 2 + (dy / ry) ** 2 <= 1 ? value : 0;
  });
  return maskFromBitmap(width, height, bitmap);
}

/** Moves rows to the side and columns up and down by waves with noise on them. */
function ragged(mask: Mask, random: SeededRandom): Mask {
  const { width, height } = mask;
  const before = maskToBitmap(mask);
  const [across, down] = [shifts(height, width, random), shifts(width, height, random)];
  const after = new Uint8Array(before.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = Math.min(width - 1, Math.max(0, x + (across[y] as number)));
      const fromY = Math.min(height - 1, Math.max(0, y + (down[x] as number)));
      after[y * width + x] = before[fromY * width + fromX] as number;
    }
  }
  return maskFromBitmap(width, height, after);
}

function shifts(count: number, side: number, random: SeededRandom): Int32Array {
  const amplitude = raggedness * side * random();
  const [period, phase, noise] = [(0.03 + 0.2 * random()) * count, random() * 7, 0.5 * amplitude];
  return Int32Array.from({ length: count }, (_, at) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * at) / period + phase) + noise * (random() - 0.5)),
  );
}
