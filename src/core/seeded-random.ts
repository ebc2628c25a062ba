/** A stream of pseudo-random numbers in [0, 1); the same seed gives the same stream on every machine. */
export type SeededRandom = () => number;

/** Looked up once: this is the innermost loop of all sampling. */
const { imul } = Math;

/** Mulberry32: 32 bits of state, good enough for sampling, and the same everywhere. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}
