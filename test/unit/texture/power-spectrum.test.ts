import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { cellFrequencies, cellWeights, PowerSpectrum } from '../../../src/texture/power-spectrum.js';

const side = 16;
const random = seededRandom(2);
const grey = Float32Array.from({ length: side * side }, () => random());
const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
const taper = Array.from({ length: side }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (side - 1)));

/** By the definition of the transform, without anything fast. */
function powerAt(row: number, column: number): number {
  let [re, im] = [0, 0];
  grey.forEach((value, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    const tapered = (value - mean) * (taper[x] ?? 0) * (taper[y] ?? 0);
    const angle = (-2 * Math.PI * (column * x + row * y)) / side;
    re += tapered * Math.cos(angle);
    im += tapered * Math.sin(angle);
  });
  return (re * re + im * im) / taper.reduce((sum, value) => sum + value * value, 0) ** 2;
}

describe('the power spectrum', () => {
  test('is that of the definition, in every cell of its half', () => {
    const { power, columns, rows } = new PowerSpectrum(side).of(grey, mean);
    expect([columns, rows]).toEqual([9, 16]);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        expect(power[row * columns + column]).toBeCloseTo(powerAt(row, column), 8);
      }
    }
  });

  test('does not remember the square before', () => {
    const spectrum = new PowerSpectrum(side);
    const first = [...spectrum.of(grey, mean).power];
    spectrum.of(new Float32Array(side * side).fill(0.3), 0);
    expect([...spectrum.of(grey, mean).power]).toEqual(first);
  });

  test('has cells that together stand for the whole: their weighted sum is that of all cells', () => {
    const { power } = new PowerSpectrum(side).of(grey, mean);
    const weights = cellWeights(side);
    let whole = 0;
    for (let row = 0; row < side; row++) for (let column = 0; column < side; column++) whole += powerAt(row, column);
    expect(power.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0)).toBeCloseTo(whole, 8);
    expect(weights.reduce((sum, value) => sum + value, 0)).toBe(side * side);
  });

  test('has the frequencies of its cells', () => {
    const frequencies = cellFrequencies(side);
    expect(frequencies).toHaveLength(16 * 9);
    expect(frequencies[3]).toBeCloseTo(3 / 16);
    expect(frequencies[9 * 15]).toBeCloseTo(1 / 16);
    expect(frequencies[9 * 3 + 4]).toBeCloseTo(5 / 16);
  });
});
