import { describe, expect, test } from '@jest/globals';
import { type GateImage, judgeProfile } from '../../../../src/learning/training/gate.js';

const score = (named: number, plain = 0.8) => ({ named, plain });
const image = (next: number | null, current: number | null, zeroShot = 0.3, plain = 0.8): GateImage => ({
  next: next === null ? null : score(next, plain),
  current: current === null ? null : score(current),
  zeroShot: score(zeroShot),
});

describe('a first profile', () => {
  test('is adopted where it names better than chance and leaves masks as good', () => {
    expect(judgeProfile([image(0.7, null), image(0.8, null)], false, 0.9)).toMatchObject({ adopt: true });
  });

  test('is refused where names are worse than without', () => {
    const verdict = judgeProfile([image(0.2, null)], false, 0.9);
    expect(verdict.adopt).toBe(false);
    expect(verdict.reason).toContain('0.200 against 0.300 of no profile (1 image)');
  });

  test('is refused where masks are worse than without', () => {
    const verdict = judgeProfile([image(0.7, null, 0.3, 0.7)], false, 0.9);
    expect(verdict).toMatchObject({ adopt: false, reason: expect.stringContaining('mIoU of the masks') });
  });

  test('from one image is adopted: only names are learned', () => {
    expect(judgeProfile([image(null, null)], false, 0.9)).toMatchObject({ adopt: true });
  });
});

describe('names that are hardly likely to be right', () => {
  test('are refused though few held-out images were lucky, with what helps', () => {
    const verdict = judgeProfile([image(0.8, null)], false, 0.55);
    expect(verdict.adopt).toBe(false);
    expect(verdict.reason).toMatch(/about 55 % of the materials right: accept images/);
    expect(judgeProfile([image(null, null)], false, 0.55).adopt).toBe(false);
  });

  test('are asked for more while only one or two images are accepted', () => {
    const held = (images: number) => Array.from({ length: images }, () => image(0.8, null));
    expect([held(2), [image(null, null)]].map((images) => judgeProfile(images, false, 0.8).adopt)).toEqual([
      false,
      false,
    ]);
    expect(judgeProfile(held(3), false, 0.8).adopt).toBe(true);
    expect(judgeProfile([image(null, null)], false, 0.9).adopt).toBe(true);
  });

  test('are used where enough held-out images say so', () => {
    const lucky = Array.from({ length: 6 }, () => image(0.8, null));
    expect(judgeProfile(lucky, false, 0.55).adopt).toBe(true);
  });
});

describe('a later profile', () => {
  test('is adopted where it is as good, within the noise', () => {
    expect(judgeProfile([image(0.7, 0.704)], true, 0.9).adopt).toBe(true);
  });

  test('is refused where it is worse, with both figures', () => {
    const verdict = judgeProfile([image(0.7, 0.9), image(0.7, null)], true, 0.9);
    expect(verdict.reason).toContain('0.700 against 0.900 of the profile in use (1 image)');
    expect(verdict.adopt).toBe(false);
  });

  test('from one image never replaces one from several', () => {
    expect(judgeProfile([image(null, 0.5)], true, 0.9).adopt).toBe(false);
  });

  test('can only be compared with none where the one in use has seen every image', () => {
    expect(judgeProfile([image(0.7, null)], true, 0.9).adopt).toBe(true);
    expect(judgeProfile([image(0.1, null)], true, 0.9).adopt).toBe(false);
  });
});
