import { describe, expect, it } from '@jest/globals';
import { maskFromBox } from '../../../src/core/mask.js';
import { promptInPixels } from '../../../src/core/user-prompt.js';
import { encodeBrushRle } from '../../../src/label-studio/brush-codec.js';
import { promptRegions, readUserPrompt } from '../../../src/label-studio/user-prompt.js';

const size = { original_width: 200, original_height: 100 };

function keyPoint(x: number, label = 'Gold', positive = true) {
  const value = { x, y: 50, width: 1, keypointlabels: [label] };
  return { ...size, type: 'keypointlabels', is_positive: positive, value };
}

function rectangle(x: number) {
  return { ...size, type: 'rectanglelabels', value: { x, y: 10, width: 5, height: 20, rectanglelabels: ['Gold'] } };
}

function stroke(x: number) {
  const { runs } = maskFromBox(200, 100, { x, y: 20, width: 10, height: 30 });
  return { ...size, type: 'brushlabels', value: { rle: [...encodeBrushRle(200, 100, runs)], brushlabels: ['Gold'] } };
}

describe('the prompts of an interactive request', () => {
  it('are all looked at while they are few, the newest naming the label', () => {
    const prompt = readUserPrompt([
      keyPoint(10, 'Gold'),
      keyPoint(20, 'Gold', false),
      rectangle(40),
      keyPoint(30, 'Iron'),
    ]);
    expect(prompt).toMatchObject({
      label: 'Iron',
      points: [
        { x: 10, y: 50, positive: true },
        { x: 20, y: 50, positive: false },
        { x: 30, y: 50, positive: true },
      ],
      boxes: [{ x: 40, y: 10, width: 5, height: 20 }],
      of: { width: 100, height: 100 },
    });
  });

  it.each([size, { original_width: 7, original_height: 9 }, {}, { original_width: null, original_height: 50.5 }])(
    'are where they were made in the image that is fetched, although %j is claimed',
    (claimed) => {
      const value = { x: 50, y: 25, width: 10, height: 50, rotation: 0 };
      const regions = ['keypointlabels', 'rectanglelabels'].map((type) => ({ ...claimed, type, value }));
      const prompt = readUserPrompt(regions);
      expect(prompt && promptInPixels(prompt, { width: 400, height: 200 })).toEqual({
        points: [{ x: 200, y: 50, positive: true }],
        boxes: [{ x: 200, y: 50, width: 40, height: 100 }],
      });
    },
  );

  it('of hundreds of clicks, the newest eight and eight spread over the older ones', () => {
    const clicks = Array.from({ length: 300 }, (_, index) => keyPoint(index / 3, index === 299 ? 'Iron' : 'Gold'));
    const chosen = promptRegions(clicks).map((region) => clicks.indexOf(region as (typeof clicks)[number]));
    expect(chosen).toHaveLength(16);
    expect(chosen.slice(8)).toEqual([292, 293, 294, 295, 296, 297, 298, 299]);
    const gaps = chosen.slice(0, 8).map((index, at) => index - (at === 0 ? -1 : (chosen[at - 1] ?? 0)));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(36);
    expect(readUserPrompt(clicks)).toMatchObject({ label: 'Iron' });
    expect(readUserPrompt(clicks)?.points).toHaveLength(16);
  });

  it.each([1, 8, 9, 16, 17, 24, 25])('of %i clicks, no more than sixteen and no fewer than could be', (count) => {
    const clicks = Array.from({ length: count }, (_, index) => keyPoint(index));
    expect(promptRegions(clicks)).toHaveLength(Math.min(16, count));
  });

  it('keep every rectangle, each of which is a mask of its own, and nothing that is no prompt', () => {
    const boxes = Array.from({ length: 30 }, (_, index) => rectangle(index * 3));
    const others = [null, 'text', { type: 'polygonlabels', value: {} }, { type: 'choices' }];
    expect(promptRegions([...others, ...boxes])).toEqual(boxes);
    expect(readUserPrompt(boxes)?.boxes).toHaveLength(30);
    expect(readUserPrompt(others)).toBeUndefined();
  });

  it('of a few strokes five clicks each, of many fewer, all of them on the strokes', () => {
    expect(readUserPrompt([stroke(20)])?.points).toHaveLength(5);
    const many = Array.from({ length: 40 }, (_, index) => stroke(index * 4));
    const points = readUserPrompt(many)?.points ?? [];
    expect(points).toHaveLength(16);
    for (const { x, y } of points) expect([x < 85, y > 20]).toEqual([true, true]);
  });
});
