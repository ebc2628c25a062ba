import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { latticeSpectra, spectrumDimensions, spectrumSide } from '../../../src/texture/lattice-spectrum.js';

const crop = (grey: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: spectrumSide ** 2 }, (_, at) => grey(at % spectrumSide, Math.floor(at / spectrumSide)));
const describeOne = (grey: (x: number, y: number) => number): number[] => [...latticeSpectra(crop(grey), 1)];
const wave = (period: number, turn: number) => (x: number, y: number) =>
  0.5 + 0.3 * Math.cos((2 * Math.PI * (x * Math.cos(turn) + y * Math.sin(turn))) / period);
const greyFigures = 9;
const rings = (spectrumDimensions - greyFigures) / 2;
const largestOf = (described: readonly number[]) => described.slice(rings, 2 * rings);
const brightest = (described: readonly number[]) => largestOf(described).indexOf(Math.max(...largestOf(described)));

describe('the spectrum of a lattice', () => {
  test('has its peak in the ring of its period, whichever way it lies', () => {
    const upright = describeOne(wave(8, 0));
    // Rings are even in the logarithm of the frequency, from 2.5 / 128 to 0.5 cycles per pixel.
    const expected = Math.floor((rings * Math.log(0.125 / (2.5 / 128))) / Math.log(0.5 / (2.5 / 128)));
    expect(brightest(upright)).toBe(expected);
    expect(brightest(describeOne(wave(8, 0.6)))).toBe(expected);
    expect(brightest(describeOne(wave(16, 0.6)))).toBeLessThan(expected);
  });

  test('is the same of a lattice that lies across as of one that lies upright', () => {
    const [across, upright] = [describeOne(wave(8, 0)), describeOne(wave(8, Math.PI / 2))];
    across.forEach((value, at) => expect(value).toBeCloseTo(upright[at] ?? NaN, 5));
  });

  test('tells its spots from an even ring: the largest power stands out from the mean', () => {
    const random = seededRandom(1);
    const [lattice, noise] = [describeOne(wave(8, 0.3)), describeOne(() => random())];
    const contrast = (described: readonly number[]) =>
      Math.max(...largestOf(described).map((most, ring) => most - (described[ring] ?? 0)));
    expect(contrast(lattice)).toBeGreaterThan(contrast(noise));
  });

  test('goes on with the mean grey and its spread', () => {
    const [mean, spread] = describeOne((x) => (x % 2 === 0 ? 0.2 : 0.6)).slice(-greyFigures);
    expect(mean).toBeCloseTo(0.4);
    expect(spread).toBeCloseTo(0.2);
  });

  test('ends with how grey is distributed: its median, its tails by its range, and that', () => {
    const random = seededRandom(6);
    const [median, darkest, dark, light, lightest, range] = describeOne(() => 0.2 + 0.6 * random() ** 2).slice(-6);
    const middle = 0.6 * (0.75 ** 2 - 0.25 ** 2) + 0.01;
    expect(median).toBeCloseTo(0.2 + 0.6 * 0.25, 1);
    expect(range).toBeCloseTo(Math.log(middle), 1);
    // Squares of even numbers lean to one side.
    expect(-(dark ?? 0)).toBeLessThan(light ?? 0);
    expect(-(darkest ?? 0)).toBeLessThan(lightest ?? 0);
    expect(lightest).toBeCloseTo((0.6 * (0.98 ** 2 - 0.25)) / middle, 0);
  });

  test('of an even crop is made of numbers', () => {
    expect(describeOne(() => 0).every(Number.isFinite)).toBe(true);
  });

  test('does not depend on the crops beside it', () => {
    const both = latticeSpectra(Float32Array.of(...crop(wave(8, 0)), ...crop(wave(20, 1))), 2);
    expect([...both.subarray(spectrumDimensions)]).toEqual(describeOne(wave(20, 1)));
  });
});
