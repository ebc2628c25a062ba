import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createActiveProfiles } from '../../../../src/learning/training/active-profiles.js';
import { openProfileStore } from '../../../../src/store/profile-store.js';
import { nameDimensions } from '../../../../src/texture/name-descriptors.js';

const textureSha256 = '0'.repeat(64);
const record = {
  createdAt: '2026-11-24T10:00:00.000Z',
  baseVersion: 'small-1',
  images: 3,
  heldOutIou: 0.8,
  zeroShotIou: 0.4,
  scores: [],
};
/** A profile of as many dimensions as its descriptors have. */
const profileOf = (dimensions: number) => {
  const vector = Array.from({ length: dimensions }, () => 1);
  return {
    format: 'sam-i-am-profile',
    version: 2,
    textureSha256,
    about: '',
    naming: 'materials',
    confidence: [],
    offset: vector,
    axes: vector.map(() => vector),
    between: vector,
    labels: [{ name: 'Film', mean: vector, images: 1 }],
    unseen: 0,
    removal: {},
    filter: { predictedIou: 0, stabilityScore: 0 },
  };
};
const profile = profileOf(nameDimensions);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'active-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function found(content: object) {
  const store = openProfileStore(folder);
  const { modelVersion } = await store.adopt('7', content, record);
  const told: string[] = [];
  const profiles = createActiveProfiles(store, textureSha256, (project, reason) => told.push(`${project}: ${reason}`));
  const active = await profiles.find('7.1700000000');
  expect(await profiles.find('7')).toEqual(active);
  return { active, told, modelVersion };
}

test('a profile of this version is used', async () => {
  const { active, told, modelVersion } = await found(profile);
  expect(active).toMatchObject({ modelVersion, profile: { textureSha256 } });
  expect(told).toEqual([]);
});

test.each([
  ['with another texture encoder', { ...profile, textureSha256: '1'.repeat(64) }],
  ['by a version that described masks otherwise', profileOf(2)],
])('of a profile learned %s its project is told once, with the way out', async (_, content) => {
  const { active, told, modelVersion } = await found(content);
  expect(active).toBeUndefined();
  expect(told).toEqual([expect.stringMatching(/^7: .*Start training/)]);
  expect(told[0]).toContain(modelVersion);
});
