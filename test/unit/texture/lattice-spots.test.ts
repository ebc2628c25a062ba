import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { latticeSpots, spotsDimensions, spotsSide } from '../../../src/texture/lattice-spots.js';

type Grey = (x: number, y: number) => number;
const crop = (grey: Grey): Float32Array =>
  Float32Array.from({ length: spotsSide ** 2 }, (_, at) => grey(at % spotsSide, Math.floor(at / spotsSide)));
const describeOne = (grey: Grey): number[] => [...latticeSpots(crop(grey), 1)];
const sharesOf = (described: readonly number[]) => described.slice(0, -1).map(Math.exp);
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));

/** A lattice of a period and its second order, which weighs `second`. */
const lattice =
  (second: number, { period = 20, turn = 0.4, contrast = 0.2 } = {}): Grey =>
  (x, y) => {
    const phase = (2 * Math.PI * (x * Math.cos(turn) + y * Math.sin(turn))) / period;
    return 0.5 + contrast * (Math.cos(phase) + second * Math.cos(2 * phase));
  };
const noisy = (grey: Grey, spread: number, seed: number): Grey => {
  const random = seededRandom(seed);
  return (x, y) => grey(x, y) + spread * (random() + random() + random() - 1.5);
};

describe('the spots of a lattice', () => {
  test('share their power as the lattice does', () => {
    const shares = sharesOf(describeOne(lattice(1)));
    const brightest = [...shares].sort((a, b) => b - a).slice(0, 4);
    expect(brightest.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.9);
    const alone = sharesOf(describeOne(lattice(0)));
    expect(Math.max(...alone)).toBeGreaterThan(1.5 * Math.max(...shares));
  });

  test('are the same however the lattice lies, and whatever contrast and dose it is shown with', () => {
    const given = describeOne(lattice(0.5)).slice(0, -1);
    const twin = describeOne(lattice(0.35)).slice(0, -1);
    const turned = describeOne(noisy(lattice(0.5, { turn: 1.1, contrast: 0.1 }), 0.1, 4)).slice(0, -1);
    expect(distance(turned, given)).toBeLessThan(distance(twin, given));
  });

  test('end with how strong they are: hardly at all in noise', () => {
    const [faint, strong] = [0.05, 0.2].map((contrast) => describeOne(lattice(0.5, { contrast })).at(-1) ?? 0);
    expect((strong ?? 0) - (faint ?? 0)).toBeCloseTo(Math.log(16), 1);
    const noise = describeOne(noisy(() => 0.5, 0.1, 5)).at(-1) ?? 0;
    expect(noise).toBeLessThan((faint ?? 0) - 1);
  });

  test('change little with a slightly larger lattice, wherever its rings begin', () => {
    const steps = Array.from({ length: 6 }, (_, step) => describeOne(lattice(0, { period: 20 + 0.2 * step })));
    const jumps = steps.slice(1).map((next, index) => distance(sharesOf(next), sharesOf(steps[index] ?? [])));
    expect(Math.max(...jumps)).toBeLessThan(0.4);
  });

  test('of an even crop are numbers, and do not depend on the crops beside it', () => {
    expect(describeOne(() => 0).every(Number.isFinite)).toBe(true);
    const both = new Float32Array(2 * spotsSide ** 2);
    both.set(crop(lattice(1)));
    both.set(crop(lattice(0.2)), spotsSide ** 2);
    expect([...latticeSpots(both, 2).subarray(spotsDimensions)]).toEqual(describeOne(lattice(0.2)));
  });
});
