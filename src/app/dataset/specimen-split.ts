import { createHash } from 'node:crypto';

/** The parts of a data set. */
export const splitNames = ['train', 'validation', 'test'] as const;

/** One part of a data set. */
export type SplitName = (typeof splitNames)[number];

/** Shares of train, validation and test; they sum to 1. */
export type SplitShares = readonly [train: number, validation: number, test: number];

/**
 * The split of a specimen. All images of a specimen are in the same one: near-identical frames on both sides would make any model
 * look good. It depends on the specimen's name only, so that it stays the same when the data set grows.
 */
export function splitOfSpecimen(specimen: string, [train, validation]: SplitShares): SplitName {
  const position = createHash('sha256').update(specimen).digest().readUInt32BE() / 2 ** 32;
  if (position < train) return 'train';
  return position < train + validation ? 'validation' : 'test';
}
