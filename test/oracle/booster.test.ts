import { describe, expect, test } from '@jest/globals';
import { clusterFrom } from '../../src/booster/cluster-materials.js';
import { voteByClusters } from '../../src/booster/mask-merging.js';
import { removeMasks } from '../../src/booster/mask-removal.js';
import { defaultRemovalOptions, type RemovalVariant } from '../../src/booster/removal-options.js';
import type { RemovalRule } from '../../src/booster/removal-record.js';
import { maskFromRuns } from '../../src/core/mask.js';
import { readCompressedReference } from '../support/read-fixture.js';

interface Removal {
  readonly rule: RemovalRule;
  readonly removed: number;
  readonly causes: readonly number[];
  readonly ratio: number;
}

interface RecordedSet {
  readonly masks: readonly (readonly number[])[];
  readonly scores: readonly number[];
  readonly verbatim: readonly Removal[];
  readonly bySets: readonly Removal[];
  readonly embeddings: readonly (readonly (readonly number[])[])[];
  readonly start: readonly (readonly number[])[];
  readonly votes: readonly { readonly material: number; readonly margin: number }[];
}

// Made by training/booster_reference/record.py.
const { width, height, sets } = readCompressedReference('booster') as {
  width: number;
  height: number;
  sets: readonly RecordedSet[];
};

describe('mask removal removes what the plain program removes, for the same reasons', () => {
  const removalsOf = ({ masks, scores }: RecordedSet, variant: RemovalVariant): Removal[] => {
    const items = masks.map((runs, index) => ({
      mask: maskFromRuns(width, height, Uint32Array.from(runs)),
      score: scores[index] ?? 0,
      index,
    }));
    return removeMasks(items, { ...defaultRemovalOptions, variant }).removals.map(({ removed, causes, ...reason }) => ({
      ...reason,
      removed: removed.index,
      causes: causes.map(({ index }) => index),
    }));
  };
  const rounded = (removals: readonly Removal[]) =>
    removals.map((removal) => ({ ...removal, ratio: Number(removal.ratio.toFixed(12)) }));

  test('walking as the paper walks', () => {
    for (const set of sets) expect(rounded(removalsOf(set, 'verbatim'))).toEqual(rounded(set.verbatim));
  });

  test('rule by rule', () => {
    for (const set of sets) expect(rounded(removalsOf(set, 'order-independent'))).toEqual(rounded(set.bySets));
  });
});

test('mask merging gives the labels of the plain program from the same centres', () => {
  expect(sets).toHaveLength(200);
  for (const { embeddings, start, votes } of sets) {
    expect(voteByClusters(embeddings, (samples) => clusterFrom(samples, start))).toEqual(votes);
  }
});
