import { describe, expect, test } from '@jest/globals';
import {
  fitLikeness,
  fitLooks,
  type KnownPair,
  logisticRegression,
  observeLooks,
} from '../../../ablation/fit-likeness.js';
import { type MaskTexture, materialLikeness } from '../../../src/booster/material-likeness.js';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { noEvidence } from '../../support/crop-likeness.js';

describe('logistic regression', () => {
  test('finds the odds of a group, and what a unit of a value adds to their logarithm', () => {
    const counted = (value: number, yes: number, no: number) => [
      { values: [value], is: 1 as const, weight: yes },
      { values: [value], is: 0 as const, weight: no },
    ];
    const [slope = 0, intercept = 0] = logisticRegression([...counted(0, 1, 1), ...counted(1, 3, 1)]);
    expect(intercept).toBeCloseTo(0, 1);
    expect(slope).toBeCloseTo(Math.log(3), 1);
  });

  test('stays finite where a value tells all apart', () => {
    const apart = [-1, 1].map((value) => ({ values: [value], is: value > 0 ? (1 as const) : (0 as const), weight: 1 }));
    expect(logisticRegression(apart).every(Number.isFinite)).toBe(true);
  });
});

describe('how alike two masks are', () => {
  const random = seededRandom(1);
  const near = (values: readonly number[], by: number) => values.map((value) => value + by * (random() - 0.5));
  /** Tokens tell every other pair apart, crops the rest. */
  const pairs = Array.from({ length: 200 }, (_, index): KnownPair => {
    const same = index % 2 === 0;
    const [byCrop, byToken] = [index % 4 === 1, index % 4 === 3];
    const texture = (token: readonly number[], crop: readonly number[]): MaskTexture => {
      return { crop: near(crop, 0.2), token: near(token, 0.2), traits: null };
    };
    const [own, other] = [
      [0.9, 0.1],
      [0.1, 0.9],
    ];
    return { a: texture(own, own), b: texture(byToken ? other : own, byCrop ? other : own), same, weight: 1 };
  });
  const weights = fitLikeness(pairs, []);
  const shareRight = (known: readonly KnownPair[]) =>
    known.filter(({ a, b, same }) => materialLikeness(a, b, weights) > 0 === same).length / known.length;

  test('is told by tokens and crops together', () => {
    expect(shareRight(pairs)).toBeGreaterThan(0.95);
    expect(weights.cropsAndTokens.cropDistance).toBeLessThan(0);
    expect(weights.cropsAndTokens.cropCosine).toBe(0);
  });

  test('is told less well by one of them', () => {
    const without = ({ a, b, ...known }: KnownPair, left: Partial<MaskTexture>): KnownPair => {
      return { ...known, a: { ...a, ...left }, b: { ...b, ...left } };
    };
    expect(shareRight(pairs.map((pair) => without(pair, { crop: null })))).toBeLessThan(0.9);
    expect(shareRight(pairs.map((pair) => without(pair, { token: null })))).toBeLessThan(0.9);
  });

  test('sets made to err teach what masks of other models have, and nothing of the rest', () => {
    const learned = fitLikeness([], pairs);
    expect(learned.crops.cropDistance).toBeLessThan(0);
    expect(learned.cropsAndTokens).toEqual(noEvidence);
  });
});

describe('what masks look like', () => {
  const random = seededRandom(2);
  /** Encoders that know nothing, and greys that tell: pairs of one material differ by less than their spread. */
  const pairs = Array.from({ length: 200 }, (_, index): KnownPair => {
    const same = index % 2 === 0;
    const grey = (value: number): MaskTexture => {
      return { crop: [1, 0], token: [1, 0], traits: [{ x: 0, y: 0, values: [1, value, 0.05, -1, -2] }] };
    };
    return { a: grey(0.4), b: grey(0.4 + (same ? 0.03 : 0.2) + 0.02 * random()), same, weight: 1 };
  });
  const encoders = fitLikeness(pairs, []);

  test('tells what encoders cannot', () => {
    const likeness = { ...encoders, looks: fitLooks(observeLooks(pairs, encoders)) };
    const shareRight = (weights: typeof encoders) =>
      pairs.filter(({ a, b, same }) => materialLikeness(a, b, weights) > 0 === same).length / pairs.length;
    expect(shareRight(encoders)).toBeLessThan(0.6);
    expect(shareRight(likeness)).toBe(1);
    expect(likeness.looks.contrast).toBeLessThan(0);
  });

  test('is observed only where somebody looked', () => {
    const [pair] = pairs;
    const blind = pair && { ...pair, b: { ...pair.b, traits: null } };
    expect(blind && observeLooks([blind], encoders)).toEqual([]);
  });
});
