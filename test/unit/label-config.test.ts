import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { colourOf } from '../../src/imaging/palette.js';
import { findPaintTarget, parseLabelConfig } from '../../src/label-studio/label-config.js';
import { labelColours } from '../support/label-colours.js';

const folder = path.join(import.meta.dirname, '../../label-config');

test('there is a config for two to six materials', () => {
  expect(readdirSync(folder).filter((name) => name.endsWith('.xml'))).toEqual(
    [2, 3, 4, 5, 6].map((n) => `materials-${n}.xml`),
  );
});

test.each([2, 3, 4, 5, 6])(
  'materials-%d.xml has a label per material on the brush and on both smart tools',
  (count) => {
    const file = path.join(folder, `materials-${count}.xml`);
    const config = parseLabelConfig(readFileSync(file, 'utf8'));
    const labels = Array.from({ length: count }, (_, i) => `Material ${i + 1}`);
    expect(config.controls.map(({ kind }) => kind)).toEqual(['brush', 'keypoint', 'rectangle']);
    for (const control of config.controls) expect(control).toMatchObject({ toName: 'image', labels });
    expect(findPaintTarget(config)).toMatchObject({
      brush: { name: 'material' },
      image: { name: 'image', valueKey: 'image' },
    });
    expect(labelColours(file)).toEqual(labels.map((_, i) => [...colourOf(i)]));
  },
);
