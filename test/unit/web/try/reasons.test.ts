import { expect, test } from '@jest/globals';
import { defaultRemovalOptions } from '../../../../src/booster/removal-options.js';
import { percent, reasonOf } from '../../../../src/web/try/reasons.js';

test.each([
  [
    { mask: 4, rule: 'redundant', causes: [0], ratio: 0.912 },
    'nearly the same as mask 1, which is larger: IoU 91.2 %, at least 80 %',
  ],
  [
    { mask: 4, rule: 'compound', causes: [0, 1, 2, 3, 5, 6], ratio: 0.97 },
    '97 % of it is covered by masks 1, 2, 3, 4 and 2 more, more than 70 %',
  ],
  [
    { mask: 4, rule: 'fragment', causes: [2], ratio: 0.25 },
    'is of one texture with the rest of mask 3, of which it is 25 %',
  ],
  [
    { mask: 4, rule: 'tiny-child', causes: [1], ratio: 0.021 },
    'lies in mask 2 and has 2.1 % of its area, less than 5 %',
  ],
  [
    { mask: 4, rule: 'tiny-island', causes: [], ratio: 0.0005 },
    'stands alone with 0.05 % of the image, less than 0.1 %',
  ],
] as const)('%j', (record, reason) => {
  expect(reasonOf(record, defaultRemovalOptions)).toBe(reason);
});

test('shares of any size say something', () => {
  expect([0, 0.00001, 0.00123, 0.5, 1].map(percent)).toEqual(['0 %', '< 0.01 %', '0.123 %', '50 %', '100 %']);
});
