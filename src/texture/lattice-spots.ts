import { describeEach } from './describe-each.js';
import { cellFrequencies, cellWeights, PowerSpectrum } from './power-spectrum.js';

/** Side in pixels of the crops whose spots are looked at: large, so that the spots of a lattice stand apart. */
export const spotsSide = 256;

const rings = 40;
/** Cycles per pixel of the innermost ring's inner and the outermost ring's outer edge. */
const [lowest, highest] = [2.5 / spotsSide, 0.5];

/** Values per crop: the share of the spots' power in each ring, and the logarithm of all of it. */
export const spotsDimensions = rings + 1;

/** Power counts as that of a spot by what it exceeds so many medians of its surroundings: noise, which depends on the dose, hardly does. */
const noiseMedians = 4;
/** Shares far below this are alike. */
const leastShare = 0.01;

/**
 * How the power of a lattice is shared between its spots, ring by ring, without the noise around them: likely the same in every micrograph of a material, whatever
 * its dose and contrast, and another where atoms weigh otherwise or a cell is doubled.
 *
 * `crops`: count × {@link spotsSide}² grey values, row-major. Returns count × {@link spotsDimensions} values.
 */
export function latticeSpots(crops: Float32Array, count: number): Float32Array {
  const spectrum = new PowerSpectrum(spotsSide);
  return describeEach(crops, count, { side: spotsSide, dimensions: spotsDimensions }, (crop) => {
    const mean = crop.reduce((sum, value) => sum + value, 0) / crop.length;
    return sharesOf(spectrum.of(crop, mean).power);
  });
}

function sharesOf(power: Float64Array): number[] {
  const { cellsOfRings, placeOf, weightOf, bandOf, noiseBands } = cellTables();
  const noise = noiseBands.map((cells) => noiseMedians * medianOf(power, cells));
  const ofRing = new Float64Array(rings);
  for (const at of cellsOfRings) {
    const excess = (power[at] as number) - (noise[bandOf[at] as number] as number);
    if (excess <= 0) continue;
    const place = placeOf[at] as number;
    // A spot between the middles of two rings belongs to both, so that a lattice that is a little larger is described alike.
    const ring = Math.floor(place);
    const upper = place - ring;
    const weight = (weightOf[at] as number) * excess;
    if (ring >= 0) ofRing[ring] = (ofRing[ring] as number) + (1 - upper) * weight;
    if (ring + 1 < rings) ofRing[ring + 1] = (ofRing[ring + 1] as number) + upper * weight;
  }
  const total = ofRing.reduce((sum, value) => sum + value, 0);
  return [...Array.from(ofRing, (value) => Math.log(value / (total + 1e-9) + leastShare)), Math.log(total + 1e-6)];
}

/** What is known of each cell of a spectrum beforehand. */
interface CellTables {
  readonly cellsOfRings: Uint32Array;
  /** Where each cell lies between the middles of the rings; not a number: in none. */
  readonly placeOf: Float64Array;
  /** Cells that have a mirror image in the half that is left out count twice. */
  readonly weightOf: Uint8Array;
  readonly bandOf: Uint8Array;
  /** Some cells of each band, of which the median is taken. */
  readonly noiseBands: readonly Uint32Array[];
}

let known: CellTables | undefined;

/** Made when first asked for: most processes that load this module never give a name. */
function cellTables(): CellTables {
  return (known ??= makeTables());
}

/** Noise is told in bands as wide as these, of cells enough for a median; further in it is taken to be that of the outermost. */
const bands = 20;
const innermostBand = 5 / spotsSide;
/** A median of so many cells is as good as one of all. */
const cellsPerMedian = 255;

function makeTables(): CellTables {
  const frequencies = cellFrequencies(spotsSide);
  const placeOf = Float64Array.from(frequencies, (frequency) => {
    const place = (rings * Math.log(frequency / lowest)) / Math.log(highest / lowest) - 0.5;
    return place > -1 && frequency <= highest ? place : NaN;
  });
  const bandOf = Uint8Array.from(frequencies, (frequency) => {
    const band = Math.floor((bands * Math.log(frequency / innermostBand)) / Math.log(highest / innermostBand));
    return band >= 0 && band < bands ? band : bands - 1;
  });
  const cellsOfBand = Array.from({ length: bands }, (): number[] => []);
  frequencies.forEach((frequency, at) => {
    if (frequency >= innermostBand && frequency <= highest) cellsOfBand[bandOf[at] as number]?.push(at);
  });
  return {
    cellsOfRings: Uint32Array.from([...placeOf.keys()].filter((at) => !Number.isNaN(placeOf[at]))),
    placeOf,
    weightOf: cellWeights(spotsSide),
    bandOf,
    noiseBands: cellsOfBand.map(someOf),
  };
}

/** At most {@link cellsPerMedian} of some cells, evenly spread. */
function someOf(cells: readonly number[]): Uint32Array {
  const every = Math.max(1, cells.length / cellsPerMedian);
  return Uint32Array.from(
    { length: Math.min(cells.length, cellsPerMedian) },
    (_, index) => cells[Math.floor(index * every)] as number,
  );
}

function medianOf(power: Float64Array, cells: Uint32Array): number {
  const sorted = Float64Array.from(cells, (at) => power[at] as number).sort();
  return sorted[sorted.length >> 1] ?? 0;
}
