import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { patternOf, traitsOf } from '../../../src/booster/traits.js';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { traitDimensions, traitReader, traitSide } from '../../../src/texture/own-traits.js';

type Field = (x: number, y: number) => number;
const pixels = traitSide ** 2;
const field = (value: Field): Float32Array =>
  Float32Array.from({ length: pixels }, (_, at) => value(at % traitSide, Math.floor(at / traitSide)));
const everywhere = new Uint8Array(pixels).fill(1);
const leftOf = (edge: number): Uint8Array => Uint8Array.from(field((x) => (x < edge ? 1 : 0)));
const read = (grey: Field, own: Uint8Array = everywhere) => traitReader().read({ grey: field(grey), own });
const wave =
  (period: number, turn: number): Field =>
  (x, y) =>
    0.5 + 0.3 * Math.cos((2 * Math.PI * (x * Math.cos(turn) + y * Math.sin(turn))) / period);
const brightest = (values: readonly number[]) => patternOf(values).indexOf(Math.max(...patternOf(values)));

describe('what a mask looks like', () => {
  test('is told by its own pixels alone, whatever lies beside them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: traitSide - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (edge, other) => {
          const own = leftOf(edge);
          const beside = (grey: number) => read((x, y) => (x < edge ? wave(9, 0.4)(x, y) : grey), own);
          expect(beside(other)).toEqual(beside(0));
        },
      ),
    );
  });

  test('begins with its share of the square, its grey and the spread of that', () => {
    const { share, grey, spread } = traitsOf(read((x) => (x < 32 ? 0.2 : 0.6)));
    expect([share, grey, spread].map((value) => Number(value.toFixed(5)))).toEqual([1, 0.4, 0.2]);
    expect(traitsOf(read(() => 0.3, leftOf(16))).share).toBe(0.25);
  });

  test('noise and a fine lattice hardly count as spread, a slope does', () => {
    const random = seededRandom(3);
    const spreadOf = (grey: Field) => traitsOf(read(grey)).spread;
    expect(spreadOf(() => random())).toBeLessThan(0.1);
    expect(spreadOf(wave(4, 0))).toBeLessThan(0.01);
    expect(spreadOf((x) => x / traitSide)).toBeGreaterThan(0.25);
  });

  test('has the ring of its period, whichever way the lattice lies', () => {
    expect(brightest(read(wave(7, 0.7)))).toBe(brightest(read(wave(7, 0))));
    expect(brightest(read(wave(15, 0.7)))).toBeLessThan(brightest(read(wave(7, 0))));
  });

  test('has much the same spectrum in half a square as in a whole one', () => {
    const random = seededRandom(4);
    const noise = field(() => random());
    const at: Field = (x, y) => noise[y * traitSide + x] ?? 0;
    const [half, whole] = [patternOf(read(at, leftOf(32))), patternOf(read(at))];
    const outer = half.map((value, ring) => Math.abs(value - (whole[ring] ?? 0))).slice(-4);
    expect(Math.max(...outer)).toBeLessThan(0.5);
  });

  test('is of numbers where there is nothing, or one grey', () => {
    for (const values of [read(() => 0.5), read(() => 0.5, new Uint8Array(pixels)), read(wave(5, 0), leftOf(1))]) {
      expect(values).toHaveLength(traitDimensions);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });
});
