import { describe, expect, test } from '@jest/globals';
import type { TextureTokens } from '../../../../src/core/token-grid.js';
import { pipelineParameters } from '../../../../src/pipeline/pipeline-parameters.js';
import { lookAgain } from '../../../../src/sam/specks/second-look.js';
import { diskSam } from '../../../support/disk-sam.js';
import { greyImage } from '../../../support/grey-image.js';
import { tokenGrid } from '../../../support/token-grid.js';

const side = 512;
const places = Array.from({ length: 25 }, (_, index) => ({
  x: 60 + 95 * (index % 5),
  y: 55 + 95 * Math.floor(index / 5),
}));
const isIn = (x: number, y: number): boolean => places.some((place) => Math.hypot(x - place.x, y - place.y) <= 8);
const image = greyImage(side, side, (x, y) => (isIn(x, y) ? 0.8 : 0.3));
const measure = <Value>(_: string, work: () => Promise<Value>): Promise<Value> => work();
const embeddingOf = (textureTokens: TextureTokens | null) => ({ image: { width: side, height: side }, textureTokens });
const seen = embeddingOf(tokenGrid(side, 4, (x, y) => (isIn(x, y) ? [1, 0] : [0, 1])));
const { auto } = pipelineParameters.secondLook;

describe('lookAgain', () => {
  test('outlines every particle, and the model need not be asked', async () => {
    const sam = { ...diskSam({ radii: [8] }), encode: () => Promise.reject(new Error('encoded')) };
    const [family, ...others] = await lookAgain(sam, { image, embedding: seen }, { ...auto, mostWindows: 0 }, measure);
    expect([family?.length, others.length]).toEqual([25, 0]);
    for (const { mask } of family ?? []) expect(mask.areaPx / (Math.PI * 64)).toBeCloseTo(1, 0);
  });

  test('where the model sees the same its masks are taken, at the right place of the image', async () => {
    const options = { ...auto, zoom: 2, mostWindows: 9 };
    const [family = []] = await lookAgain(diskSam({ radii: [8.5, 200] }), { image, embedding: seen }, options, measure);
    expect(family).toHaveLength(25);
    for (const { mask, cropBox } of family) {
      expect(cropBox.width).toBe(side / 2);
      const middle = { x: mask.box.x + mask.box.width / 2, y: mask.box.y + mask.box.height / 2 };
      expect(places.some(({ x, y }) => Math.hypot(x - middle.x, y - middle.y) < 4)).toBe(true);
    }
  });

  test('where it sees something else the outline by grey stays', async () => {
    const options = { ...auto, zoom: 2, mostWindows: 9 };
    const [family = []] = await lookAgain(diskSam({ radii: [100] }), { image, embedding: seen }, options, measure);
    expect(family).toHaveLength(25);
    for (const { mask } of family) expect(mask.areaPx).toBeLessThan(2 * Math.PI * 64);
  });

  test.each([
    ['their texture is that of their surroundings', embeddingOf(tokenGrid(side, 4, () => [1, 0]))],
    ['nobody knows of textures', embeddingOf(null)],
  ])('specks are left alone where %s', async (_, embedding) => {
    expect(await lookAgain(diskSam({ radii: [8] }), { image, embedding }, auto, measure)).toEqual([]);
  });
});
