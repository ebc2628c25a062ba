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

/** Values per square: the share of it that is its own, mean grey, the spread of grey, then the logarithms of the power in each ring. */
export const traitDimensions = 3 + rings;

/** A square of a micrograph: grey values row by row, and 1 where a pixel belongs to the mask that is described, else 0. */
export interface OwnSquare {
  readonly grey: Float32Array;
  readonly own: Uint8Array;
}

/** Reads the traits of one square after another, in memory that is taken once. */
export interface TraitReader {
  /** {@link traitDimensions} values; zeros where the square has no pixel of its own. */
  read(square: OwnSquare): number[];
}

/**
 * What a mask looks like where it is itself: grey, how much that varies, and the power of its pattern by ring around frequency zero, which is the
 * same however a lattice lies. Neighbours in the same square count for nothing.
 */
export function traitReader(): TraitReader {
  const spectrum = new PowerSpectrum(traitSide);
  const filled = new Float32Array(traitSide ** 2);
  return {
    read({ grey, own }) {
      const [count, mean] = meanOfOwn(grey, own);
      if (count === 0) return new Array<number>(traitDimensions).fill(0);
      for (let at = 0; at < filled.length; at++) filled[at] = own[at] === 0 ? mean : (grey[at] as number);
      const share = count / filled.length;
      const power = ringPower(spectrum.of(filled, mean).power);
      const logarithms = Array.from(power, (value) => Math.log(value / Math.max(share, leastShare) + powerFloor));
      // Rounded as they are kept, so that what is taken up again later is the same.
      return [share, mean, spreadOfBlocks(grey, own), ...logarithms].map(Math.fround);
    },
  };
}

function meanOfOwn(grey: Float32Array, own: Uint8Array): readonly [count: number, mean: number] {
  let [count, sum] = [0, 0];
  for (let at = 0; at < own.length; at++) {
    if (own[at] === 0) continue;
    count++;
    sum += grey[at] as number;
  }
  return [count, count === 0 ? 0 : sum / count];
}

/** Standard deviation of the means of blocks that are mostly own. */
function spreadOfBlocks(grey: Float32Array, own: Uint8Array): number {
  let [blocks, sum, squares] = [0, 0, 0];
  for (let y = 0; y < traitSide; y += block) {
    for (let x = 0; x < traitSide; x += block) {
      const [count, total] = sumOfBlock(grey, own, y * traitSide + x);
      if (2 * count < block * block) continue;
      blocks++;
      sum += total / count;
      squares += (total / count) ** 2;
    }
  }
  return blocks === 0 ? 0 : Math.sqrt(Math.max(0, squares / blocks - (sum / blocks) ** 2));
}

function sumOfBlock(grey: Float32Array, own: Uint8Array, corner: number): readonly [count: number, total: number] {
  let [count, total] = [0, 0];
  for (let row = 0; row < block; row++) {
    for (let at = corner + row * traitSide; at < corner + row * traitSide + block; at++) {
      if (own[at] === 0) continue;
      count++;
      total += grey[at] as number;
    }
  }
  return [count, total];
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
