import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { maxMaterials } from '../../src/core/material-count.js';
import { colourOf } from '../../src/imaging/palette.js';
import { findPaintTargets, parseLabelConfig } from '../../src/label-studio/label-config.js';
import { labelColours } from '../support/label-colours.js';

const folder = path.join(import.meta.dirname, '../../label-config');

test('there is a config for two to six materials, and one for those of the paper', () => {
  expect(readdirSync(folder).filter((name) => name.endsWith('.xml'))).toEqual([
    ...[2, 3, 4, 5, 6].map((n) => `materials-${n}.xml`),
    'stem-materials.xml',
  ]);
});

test("stem-materials.xml names the paper's materials, and no prediction is given such a name by its size", () => {
  const config = parseLabelConfig(readFileSync(path.join(folder, 'stem-materials.xml'), 'utf8'));
  const [target] = findPaintTargets(config);
  const numbered = Array.from({ length: maxMaterials }, (_, i) => `Material ${i + 1}`);
  expect(target.labels.slice(0, maxMaterials).map(({ label }) => label)).toEqual(numbered);
  expect(target.labels.slice(maxMaterials).map(({ label }) => label)).toEqual(
    expect.arrayContaining(['SrTiO3', 'La:SrTiO3', 'Nb:SrTiO3', 'Ge', 'WO3', 'LaFeO3', 'LaMnO3', 'Vacuum']),
  );
  expect([target.unknown?.label, target.note]).toEqual(['Unknown', 'sam-i-am']);
  const [first, ...others] = config.controls.map(({ labels }) => labels);
  for (const labels of others) expect(labels).toEqual(first);
});

test.each([2, 3, 4, 5, 6])(
  'materials-%d.xml has a label per material on the brush and on both smart tools',
  (count) => {
    const file = path.join(folder, `materials-${count}.xml`);
    const config = parseLabelConfig(readFileSync(file, 'utf8'));
    const labels = Array.from({ length: count }, (_, i) => `Material ${i + 1}`);
    expect(config.controls.map(({ kind }) => kind)).toEqual(['brush', 'keypoint', 'rectangle']);
    for (const control of config.controls) expect(control).toMatchObject({ toName: 'image', labels });
    const targets = findPaintTargets(config);
    expect(targets).toMatchObject([{ image: { name: 'image', valueKey: 'image' } }]);
    expect(targets[0].labels.map(({ brush, label }) => [brush.name, label])).toEqual(
      labels.map((label) => ['material', label]),
    );
    expect(labelColours(file)).toEqual(labels.map((_, i) => [...colourOf(i)]));
  },
);
