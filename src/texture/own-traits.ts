import { cellFrequencies, cellWeights, PowerSpectrum } from './power-spectrum.js';

/** Side in pixels of the squares whose traits are read. */
export const traitSide = 64;

const rings = 14;
/** Cycles per pixel of the innermost ring's inner and the outermost ring's outer edge. */
const [lowest, highest] = [2 / traitSide, 0.5];
const powerFloor = 1e-7;
/** Grey is averaged over blocks of so many pixels a side before its spread is taken: noise and most of a lattice stay out of it. */
const block = 4;
/** A square of fewer own pixels has too little power for a spectrum to be scaled up to a whole one. */
const leastShare = 0.05;

/**
 * Values per square: the share of it that is its own, mean grey, the spread of grey, then the logarithms of the power
 * in each ring (booster/traits reads them).
 */
export const traitDimensions = 3 + rings;

/** A square of a micrograph: grey values row by row, and 1 where a pixel belongs to the mask that is described, else 0. */
export interface OwnSquare {
  readonly grey: Float32Array;
  readonly own: Uint8Array;
}

/** Reads the traits of one square after another, in memory that is taken once. */
export interface TraitReader {
  /** Side in pixels of the squares. */
  readonly side: number;
  /** {@link traitDimensions} values; zeros where the square has no pixel of its own. */
  read(square: OwnSquare): number[];
}

/**
 * What a mask looks like where it is itself: grey, how much that varies, and the power of its pattern by ring around
 * frequency zero, which is the same however a lattice lies. Neighbours in the same square count for nothing.
 */
export function traitReader(): TraitReader {
  const spectrum = new PowerSpectrum(traitSide);
  const filled = new Float32Array(traitSide ** 2);
  return {
    side: traitSide,
    read({ grey, own }) {
      const blocks = blocksOf(grey, own);
      const { count, mean } = blocks;
      if (count === 0) return new Array<number>(traitDimensions).fill(0);
      for (let at = 0; at < filled.length; at++) filled[at] = own[at] === 0 ? mean : (grey[at] as number);
      const share = count / filled.length;
      const power = ringPower(spectrum.of(filled, mean).power);
      const logarithms = Array.from(power, (value) => Math.log(value / Math.max(share, leastShare) + powerFloor));
      // Rounded as they are kept, so that what is taken up again later is the same.
      return [share, mean, spreadOf(blocks), ...logarithms].map(Math.fround);
    },
  };
}

const blocksPerSide = traitSide / block;

/** Own pixels of each block, and the sum of their grey; then of all blocks. */
interface Blocks {
  readonly counts: Uint8Array;
  readonly sums: Float64Array;
  readonly count: number;
  readonly mean: number;
}

function blocksOf(grey: Float32Array, own: Uint8Array): Blocks {
  const counts = new Uint8Array(blocksPerSide ** 2);
  const sums = new Float64Array(blocksPerSide ** 2);
  let [count, sum] = [0, 0];
  for (let at = 0; at < own.length; at++) {
    if (own[at] === 0) continue;
    const [x, y] = [at % traitSide, (at / traitSide) | 0];
    const of = ((y / block) | 0) * blocksPerSide + ((x / block) | 0);
    counts[of] = (counts[of] as number) + 1;
    sums[of] = (sums[of] as number) + (grey[at] as number);
  }
  for (let of = 0; of < sums.length; of++) [count, sum] = [count + (counts[of] as number), sum + (sums[of] as number)];
  return { counts, sums, count, mean: count === 0 ? 0 : sum / count };
}

/** Standard deviation of the means of blocks that are mostly own. */
function spreadOf({ counts, sums }: Blocks): number {
  let [blocks, sum, squares] = [0, 0, 0];
  for (let of = 0; of < sums.length; of++) {
    const count = counts[of] as number;
    if (2 * count < block * block) continue;
    const mean = (sums[of] as number) / count;
    blocks++;
    sum += mean;
    squares += mean * mean;
  }
  return blocks === 0 ? 0 : Math.sqrt(Math.max(0, squares / blocks - (sum / blocks) ** 2));
}

/** Mean power of each ring. */
function ringPower(power: Float64Array): Float64Array {
  const means = new Float64Array(rings);
  for (const at of cellsOfRings) {
    const ring = ringOf[at] as number;
    means[ring] = (means[ring] as number) + (weightOf[at] as number) * (power[at] as number);
  }
  return means.map((value, ring) => value / (ringWeights[ring] as number));
}

/** The ring of each cell of a spectrum; −1 inside the innermost and outside the outermost. */
const ringOf = Int8Array.from(cellFrequencies(traitSide), (frequency) => {
  const ring = Math.floor((rings * Math.log(frequency / lowest)) / Math.log(highest / lowest));
  return frequency > 0 && ring >= 0 && ring < rings ? ring : -1;
});
const weightOf = cellWeights(traitSide);
const cellsOfRings = Uint16Array.from([...ringOf.keys()].filter((at) => (ringOf[at] as number) >= 0));
const ringWeights = Array.from({ length: rings }, (_, ring) =>
  cellsOfRings.reduce((sum, at) => (ringOf[at] === ring ? sum + (weightOf[at] as number) : sum), 0),
);
