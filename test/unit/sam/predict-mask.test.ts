import { expect, test } from '@jest/globals';
import { predictMask } from '../../../src/sam/predict-mask.js';
import { promptLabels } from '../../../src/sam/sam-model.js';
import { diskSam } from '../../support/disk-sam.js';
import { greyImage } from '../../support/grey-image.js';

const prompt = [{ x: 16, y: 16, label: promptLabels.foreground }];

test('the mask at the prompt', async () => {
  const sam = diskSam({ radii: [6], predictedIou: 1.02 });
  const found = await predictMask(sam, await sam.encode(greyImage(32, 32, () => 0)), prompt);
  expect(found?.mask.box).toEqual({ x: 11, y: 11, width: 11, height: 11 });
  expect(found?.predictedIou).toBe(1);
});

test('nothing where the model proposes nothing', async () => {
  const sam = diskSam({ radii: [] });
  expect(await predictMask(sam, await sam.encode(greyImage(32, 32, () => 0)), prompt)).toBeNull();
  const empty = diskSam({ radii: [-1] });
  expect(await predictMask(empty, await empty.encode(greyImage(32, 32, () => 0)), prompt)).toBeNull();
});
