import { describe, expect, test } from '@jest/globals';
import { materialProfile } from '../../../../src/booster/material-profile.js';
import { maskFromBitmap } from '../../../../src/core/mask.js';
import { seededRandom } from '../../../../src/core/seeded-random.js';
import { allSettings, learnProfile, profileOf } from '../../../../src/learning/training/learn-profile.js';
import type { DescribedMasks, FilterSetting, TrainingImage } from '../../../../src/learning/training/training-image.js';

const side = 24;
const random = seededRandom(5);
/** Columns from `start` to before `end`. */
const columns = (start: number, end: number) =>
  maskFromBitmap(
    side,
    side,
    Array.from({ length: side * side }, (_, pixel) => Number(pixel % side >= start && pixel % side < end)),
  );
const levels: Record<string, number> = { Ge: 0, Pt: 4, WO3: 8 };
const crops = (name: string) =>
  Array.from({ length: 8 }, () => [(levels[name] ?? 0) + 0.3 * (random() - 0.5), random()]);

/** What the pipeline finds: two materials side by side, the border between them where it is put. */
function foundAt(border: number, left: string, right: string): DescribedMasks {
  const masks = [columns(0, border), columns(border, side)];
  return {
    candidates: masks.map((mask) => ({ mask, score: 0.9, proposal: null, region: mask, ownPx: mask.areaPx })),
    described: masks.map(({ areaPx }) => ({ samples: [], crop: null, token: null, traits: null, areaPx })),
    votes: [0, 1].map((material) => ({ material, margin: 1 })),
    tokens: null,
    nameSamples: [crops(left), crops(right)],
  };
}

/** An image with a small material on the left and a large one on the right; `border`: where the pipeline sees it under a setting. */
function image(
  id: number,
  left = 'Ge',
  right = 'Pt',
  border: (setting: FilterSetting) => number = () => 8,
): TrainingImage {
  const accepted = [
    { name: left, mask: columns(0, 8) },
    { name: right, mask: columns(8, side) },
  ];
  return {
    id: String(id),
    annotation: `${id} now`,
    width: side,
    height: side,
    accepted,
    regions: accepted.map(({ name }) => ({ name, image: String(id), samples: crops(name) })),
    found: (setting) => Promise.resolve(foundAt(border(setting), left, right)),
  };
}

const labels = (...names: string[]) => ({ labels: names, hasUnknown: false });
const series = (count: number, make: (id: number) => TrainingImage = (id) => image(id)) =>
  Array.from({ length: count }, (_, id) => make(id));
const learn = async (images: readonly TrainingImage[], config = labels('Ge', 'Pt')) => {
  const learned = await learnProfile(images, config, undefined);
  if (learned === undefined) throw new Error('nothing was learned');
  return learned;
};

describe('one image', () => {
  test('teaches names and nothing that changes masks', async () => {
    const { profile, images } = await learn([image(1)]);
    expect(profile.labels.map(({ name }) => name)).toEqual(['Ge', 'Pt']);
    expect(profile).toMatchObject({ naming: 'materials-apart', removal: {}, confidence: [] });
    expect(profile.filter).toEqual({ predictedIou: 0, stabilityScore: 0 });
    // Without a profile the largest material gets the first label, which is the wrong one here.
    expect(images).toEqual([{ task: '1', annotation: '1 now', heldOut: null, zeroShot: { named: 0, plain: 1 } }]);
  });

  test('that shows few of the labels is expected to name few materials right', async () => {
    const [all, some] = [await learn([image(1)]), await learn([image(1)], labels('Ge', 'Pt', 'WO3', 'Si', 'C'))];
    expect([all.profile.unseen, some.profile.unseen]).toEqual([0, 3]);
    expect(all.expectedRight).toBeGreaterThan(0.9);
    expect(some.expectedRight).toBeLessThan(0.7);
  });

  test('without a region that has crops teaches nothing', async () => {
    const flat = { ...image(1), regions: [{ name: 'Ge', image: '1', samples: [] }] };
    expect(await learnProfile([flat], labels('Ge'), undefined)).toBeUndefined();
  });
});

describe('several images', () => {
  test('are each judged with what the others taught', async () => {
    const { images, profile } = await learn(series(3));
    expect(images.map(({ heldOut }) => heldOut)).toEqual(new Array(3).fill({ named: 1, plain: 1 }));
    expect(profile.labels.map((label) => label.images)).toEqual([3, 3]);
  });

  test("so that a label that only one of them shows isn't known there", async () => {
    const config = labels('Pt', 'C', 'Ge', 'WO3');
    const { images } = await learn([...series(3), image(3, 'WO3', 'Pt')], config);
    expect(images.map(({ heldOut }) => heldOut?.named)).toEqual([1, 1, 1, 0.5]);
  });

  test('that only teach names are not judged', async () => {
    const { images, profile } = await learn([{ ...image(0), found: null }, ...series(3).slice(1)]);
    expect(images.map(({ task }) => task)).toEqual(['1', '2']);
    expect(profile.labels[0]?.images).toBe(3);
  });

  test('make a profile that is valid', async () => {
    const profile = profileOf(await learn(series(2)), { textureSha256: '0'.repeat(64), about: 'two images' });
    expect(materialProfile.parse(profile)).toEqual(profile);
  });
});

describe('a choice that changes masks', () => {
  // Only stable masks meet the border.
  const withFilter = (id: number) =>
    image(id, 'Ge', 'Pt', ({ filter }) => (filter.stabilityScore > 0.9 ? 8 : 11 + (id % 2)));

  test('is a guess with few images', async () => {
    expect((await learn(series(5, withFilter))).profile.filter.stabilityScore).toBe(0);
  });

  test('is made where enough held-out images gain clearly', async () => {
    const { profile, images } = await learn(series(6, withFilter));
    expect(profile.filter.stabilityScore).toBeGreaterThan(0.9);
    expect(images.every(({ heldOut }) => heldOut?.named === 1)).toBe(true);
  });

  test('is not made where it gains in one image only', async () => {
    const oneGains = (id: number) => (id === 0 ? withFilter(id) : image(id));
    expect((await learn(series(6, oneGains))).profile.filter.stabilityScore).toBe(0);
  });

  test('is one of those that images are asked for', async () => {
    const asked = new Set<string>();
    const noting = (id: number) => image(id, 'Ge', 'Pt', (setting) => (asked.add(JSON.stringify(setting)), 8));
    await learn(series(6, noting));
    const known = allSettings().map(({ filter, removal }) => JSON.stringify({ filter, removal }));
    expect(
      [...asked]
        .map((text) => JSON.parse(text) as FilterSetting)
        .map(({ filter, removal }) => JSON.stringify({ filter, removal }))
        .filter((text) => !known.includes(text)),
    ).toEqual([]);
  });
});

test('what scores are worth needs many materials', async () => {
  expect((await learn(series(5))).profile.confidence).toEqual([]);
  expect((await learn(series(12))).profile.confidence.length).toBeGreaterThan(0);
});

test('tells how far it is, and stops where it is told to', async () => {
  const told: number[] = [];
  await learnProfile(series(2), labels('Ge', 'Pt'), undefined, (done) => void told.push(done));
  expect(told.length).toBeGreaterThan(3);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  const stop = () => Promise.reject(new Error('stopped'));
  await expect(learnProfile(series(2), labels('Ge', 'Pt'), undefined, stop)).rejects.toThrow('stopped');
});
