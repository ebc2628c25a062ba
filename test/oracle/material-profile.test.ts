import { expect, test } from '@jest/globals';
import { linearProfile } from '../../src/booster/material-profile.js';
import { nameCrop } from '../../src/booster/name-masks.js';
import { readReference } from '../support/read-fixture.js';

// Made by `python -m classifier --materials SrTiO3 Ge --simulations 150 --judged 40 --compare --fixture FILE` in training/.
const { profile, embeddings, answers } = readReference('material-profile') as {
  profile: unknown;
  embeddings: number[][];
  answers: number[];
};

test('crops are named as the program that trained the profile names them', () => {
  const known = linearProfile.parse(profile);
  const names = embeddings.map((embedding) => nameCrop(embedding, known));
  expect(names).toEqual(answers.map((answer) => known.labels[answer]?.name ?? null));
  expect(new Set(names)).toEqual(new Set(['SrTiO3', 'Ge', null]));
});
