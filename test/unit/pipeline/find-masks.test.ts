import { expect, test } from '@jest/globals';
import { findMasks } from '../../../src/pipeline/find-masks.js';
import { keepProposals } from '../../../src/pipeline/keep-proposals.js';
import { defaultSegmentOptions, pipelineParameters } from '../../../src/pipeline/pipeline-parameters.js';
import { proposalScore } from '../../../src/sam/mask-proposal.js';
import { diskSam } from '../../support/disk-sam.js';
import { greyImage } from '../../support/grey-image.js';

const layers = greyImage(64, 64, (_, y) => (y < 20 || y >= 44 ? 0 : 1));
const flat = greyImage(64, 64, () => 0.5);
const models = {
  sam: diskSam({ radii: [200], sameGreyOnly: true }),
  thresholds: { predictedIou: 0.88, stabilityScore: 0.5, boxNms: null, maskNms: 0.7 },
};
const options = { ...defaultSegmentOptions, pointsPerSide: 4 };

test('every mask that is found has its score; steps are measured', async () => {
  const steps = new Set<string>();
  const found = await findMasks(
    models,
    layers,
    { ...options, measure: (step, work) => (steps.add(step), work()) },
    pipelineParameters,
  );
  expect(found.isFlat).toBe(false);
  expect(found.proposals).toHaveLength(2);
  expect(found.proposals.map(({ score }) => score)).toEqual(found.proposals.map(proposalScore));
  expect([...steps]).toEqual(['encode', 'prompt']);
});

test('with an encoding that is there already the masks are the same, and nothing is encoded', async () => {
  const first = await findMasks(models, layers, options, pipelineParameters);
  const sam = { ...models.sam, encode: () => Promise.reject(new Error('encoded again')) };
  const { embedding } = first;
  const again = await findMasks({ ...models, sam }, layers, { ...options, embedding }, pipelineParameters);
  expect(again.proposals).toEqual(first.proposals);
  expect(again.embedding).toBe(embedding);
});

test('a picture that shows nothing has no masks, whatever SAM sees; it is encoded for clicks all the same', async () => {
  const found = await findMasks(models, flat, options, pipelineParameters);
  expect([found.isFlat, found.proposals]).toEqual([true, []]);
  expect(found.embedding.image).toMatchObject({ width: 64, height: 64 });
});

test('what is kept is told from what is removed: the same masks as before, none twice', async () => {
  const found = await findMasks(models, layers, options, pipelineParameters);
  const { kept, removals } = keepProposals(found, pipelineParameters);
  expect(new Set([...kept, ...removals.map(({ removed }) => removed)])).toEqual(new Set(found.proposals));
  expect(kept.length + removals.length).toBe(found.proposals.length);
});
