import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clusterEmbeddings } from '../../src/booster/cluster-materials.js';
import type { MaskSamples } from '../../src/booster/describe-masks.js';
import { voteByClusters, voteMaterials } from '../../src/booster/mask-merging.js';
import { type SeededRandom, seededRandom } from '../../src/core/seeded-random.js';
import { meanVector, toUnitLength } from '../../src/core/vectors.js';
import { cropLikeness } from '../support/crop-likeness.js';

const dimensions = 8;
const samplesPerMask = 12;

/** A mask set of which the truth is known: the material that each mask shows. */
interface KnownSet {
  readonly samples: readonly MaskSamples[];
  readonly truth: readonly number[];
}

/** Materials lie along axes of their own; some are loose, and masks of theirs scatter in two directions. */
function knownSet(masksPerMaterial: readonly number[], seed: number): KnownSet {
  const random = seededRandom(seed);
  const truth = masksPerMaterial.flatMap((masks, material) => new Array<number>(masks).fill(material));
  const scatter = masksPerMaterial.map(() => (random() < 0.5 ? 0.05 : 0.45));
  const samples = truth.map((material) =>
    Array.from({ length: samplesPerMask }, () => sampleOf(material, scatter[material] ?? 0, random)),
  );
  return { samples, truth };
}

/** Half of a loose material's samples lean to each side of a direction that no other material has. */
function sampleOf(material: number, scatter: number, random: SeededRandom): number[] {
  const side = random() < 0.5 ? scatter : -scatter;
  return toUnitLength(
    Array.from({ length: dimensions }, (_, d) => {
      const noise = 0.04 * (random() - 0.5);
      if (d === material) return 1 + noise;
      return d === 7 ? side * 1.2 + noise : noise;
    }),
  );
}

/** Pairs of masks that are rightly together or rightly apart. */
function rightPairs(votes: readonly { readonly material: number }[], truth: readonly number[]): number {
  return truth.reduce(
    (count, material, index) =>
      count +
      truth
        .slice(index + 1)
        .filter((other, at) => (other === material) === (votes[index + 1 + at]?.material === votes[index]?.material))
        .length,
    0,
  );
}

const plain = (samples: readonly MaskSamples[], clusters: number, seed: number) =>
  voteByClusters(samples, (all) => clusterEmbeddings(all, { clusters, seed, restarts: 1 }));
/** The guard of the paper's own clustering. */
const merging = {
  grouping: 'k-means',
  likeness: cropLikeness(0.5),
  leastLikeness: 0,
  scraps: { share: 0, margin: 0 },
  restarts: 1,
} as const;
const guarded = (samples: readonly MaskSamples[], materials: number, seed: number) =>
  voteMaterials(
    samples.map((own) => ({ samples: own, crop: meanVector(own), token: null, traits: null, areaPx: 100 })),
    { ...merging, materials, seed },
  );

test('with no more masks than materials the guard never loses against plain clustering', () => {
  let won = 0;
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 1 }), fc.nat(), (masks, spare, seed) => {
      const { samples, truth } = knownSet(new Array<number>(masks).fill(1), seed);
      const right = rightPairs(guarded(samples, masks + spare, seed), truth);
      const before = rightPairs(plain(samples, masks + spare, seed), truth);
      expect(right).toBe((masks * (masks - 1)) / 2);
      expect(right).toBeGreaterThanOrEqual(before);
      if (right > before) won++;
    }),
    { numRuns: 150, seed: 1 },
  );
  expect(won).toBeGreaterThan(0);
});

test('with masks clearly apart the guard never loses against plain clustering', () => {
  let won = 0;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 }), fc.nat(), (counts, seed) => {
      const { samples, truth } = knownSet(counts, seed);
      const right = rightPairs(guarded(samples, counts.length, seed), truth);
      const before = rightPairs(plain(samples, counts.length, seed), truth);
      expect(right).toBeGreaterThanOrEqual(before);
      if (right > before) won++;
    }),
    { numRuns: 150, seed: 1 },
  );
  expect(won).toBeGreaterThan(0);
});
