import { describe, expect, test } from '@jest/globals';
import type { GateImage } from '../../../../src/app/training/gate.js';
import { judgeProfile } from '../../../../src/app/training/gate.js';

const score = (named: number, plain = 0.8) => ({ named, plain });
const image = (next: number | null, current: number | null, zeroShot = 0.3, plain = 0.8): GateImage => ({
  next: next === null ? null : score(next, plain),
  current: current === null ? null : score(current),
  zeroShot: score(zeroShot),
});

describe('a first profile', () => {
  test('is adopted where it names better than chance and leaves masks as good', () => {
    expect(judgeProfile([image(0.7, null), image(0.8, null)], false)).toMatchObject({ adopt: true });
  });

  test('is refused where names are worse than without', () => {
    const verdict = judgeProfile([image(0.2, null)], false);
    expect(verdict.adopt).toBe(false);
    expect(verdict.reason).toContain('0.200 against 0.300 of no profile (1 image)');
  });

  test('is refused where masks are worse than without', () => {
    const verdict = judgeProfile([image(0.7, null, 0.3, 0.7)], false);
    expect(verdict).toMatchObject({ adopt: false, reason: expect.stringContaining('mIoU of the masks') });
  });

  test('from one image is adopted: only names are learned', () => {
    expect(judgeProfile([image(null, null)], false)).toMatchObject({ adopt: true });
  });
});

describe('a later profile', () => {
  test('is adopted where it is as good, within the noise', () => {
    expect(judgeProfile([image(0.7, 0.704)], true).adopt).toBe(true);
  });

  test('is refused where it is worse, with both figures', () => {
    const verdict = judgeProfile([image(0.7, 0.9), image(0.7, null)], true);
    expect(verdict.reason).toContain('0.700 against 0.900 of the profile in use (1 image)');
    expect(verdict.adopt).toBe(false);
  });

  test('from one image never replaces one from several', () => {
    expect(judgeProfile([image(null, 0.5)], true).adopt).toBe(false);
  });

  test('can only be compared with none where the one in use has seen every image', () => {
    expect(judgeProfile([image(0.7, null)], true).adopt).toBe(true);
    expect(judgeProfile([image(0.1, null)], true).adopt).toBe(false);
  });
});
