import { describe, expect, test } from '@jest/globals';
import { labelAreas } from '../../../src/core/label-map.js';
import { maskFromBox } from '../../../src/core/mask.js';
import type { MaterialCount } from '../../../src/core/material-count.js';
import {
  describeCandidates,
  mergeMasks,
  nameCandidates,
  type ScoredProposal,
} from '../../../src/pipeline/merge-masks.js';
import { pipelineParameters } from '../../../src/pipeline/pipeline-parameters.js';
import { greyImage } from '../../support/grey-image.js';
import { meanGreyEncoder } from '../../support/mean-grey-encoder.js';

const side = 96;
/** Three layers: dark, bright, dark. */
const layers = greyImage(side, side, (_, y) => (y < 32 || y >= 64 ? 0 : 1));
const models = { texture: meanGreyEncoder(8) };
const noTokens = { textureTokens: null };

function layer(y: number, height: number, predictedIou = 0.95): ScoredProposal {
  const mask = maskFromBox(side, side, { x: 0, y, width: side, height });
  const cropBox = { x: 0, y: 0, width: side, height: side };
  return { mask, predictedIou, stabilityScore: 0.95, point: { x: 5, y: y + 5 }, cropBox, score: predictedIou };
}

const merge = (kept: readonly ScoredProposal[], materials: MaterialCount) =>
  mergeMasks(models, layers, noTokens, kept, { materials, seed: 0 }, pipelineParameters);

describe('kept masks become one region per material', () => {
  test('layers of one texture are one material, the largest first', async () => {
    const { microstructure, warnings } = await merge([layer(0, 32), layer(32, 32), layer(64, 32)], 2);
    expect(microstructure.materials.map(({ label, members }) => [label, members.length])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(labelAreas(microstructure.map).slice(0, 3)).toEqual([0, 2 * 32 * side, 32 * side]);
    expect(warnings).toEqual([]);
  });

  test('what no mask covers is a candidate, too', async () => {
    const { microstructure } = await merge([layer(0, 32), layer(32, 32)], 2);
    const members = microstructure.materials.flatMap((material) => material.members);
    expect(members.filter(({ proposal }) => proposal === null)).toHaveLength(1);
    expect(labelAreas(microstructure.map)[0]).toBe(0);
  });

  test('more materials than there are masks are asked for in vain, and that is said', async () => {
    const { warnings } = await merge([layer(0, 32), layer(32, 32), layer(64, 32)], 9);
    expect(warnings).toEqual([expect.stringMatching(/^9 materials were asked for, [23] found in 3 masks$/)]);
  });

  test('no masks, no materials, no warnings', async () => {
    const { microstructure, warnings } = await merge([], 'auto');
    expect([microstructure.materials, warnings]).toEqual([[], []]);
  });

  test('tokens that are no numbers are left out, and that is said', async () => {
    const tokens = new Float32Array(4 * 6 * 6).fill(Number.NaN);
    const textureTokens = { dimensions: 4, columns: 6, rows: 6, columnsPerPixel: 1 / 16, rowsPerPixel: 1 / 16, tokens };
    const kept = [layer(0, 32), layer(32, 32), layer(64, 32)];
    const options = { materials: 2, seed: 0 };
    const merged = await mergeMasks(models, layers, { textureTokens }, kept, options, pipelineParameters);
    expect(merged.warnings).toHaveLength(1);
    expect(merged.microstructure.materials).toHaveLength(2);
  });
});

test('candidates are described in their order, each by its own part of the image', async () => {
  const kept = [layer(0, 32), layer(32, 32), layer(64, 32)];
  const options = { materials: 'auto', seed: 0 } as const;
  const { candidates, described } = await describeCandidates(
    models,
    layers,
    noTokens,
    kept,
    options,
    pipelineParameters,
  );
  expect(candidates.map(({ proposal }) => proposal)).toEqual(kept);
  described.forEach(({ samples, centres, areaPx }, index) => {
    expect(samples).toHaveLength(pipelineParameters.merging.cropsPerMask);
    expect(areaPx).toBe(32 * side);
    const bright = index === 1 ? 1 : 0;
    // Black is (1, 0), white (0, 1): crops that lie wholly in their layer.
    for (const [dark = 0, light = 0] of samples) expect(bright === 1 ? light > dark : dark > light).toBe(true);
    for (const centre of centres) expect(Math.floor(Math.floor(centre / side) / 32)).toBe(index);
  });
});

test('without a profile nothing has a name, and what has no vote has none', () => {
  const votes = [{ material: 0, margin: 1 }, null];
  const described = votes.map(() => ({ samples: [], crop: null, token: null, traits: null, areaPx: 1 }));
  expect(nameCandidates({ votes, described }, undefined, undefined)).toEqual([
    { material: 0, margin: 1, name: null },
    null,
  ]);
});
