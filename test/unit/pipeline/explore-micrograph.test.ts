import { describe, expect, test } from '@jest/globals';
import { foundMasksFromJson } from '../../../src/booster/found-masks-json.js';
import { segmentationOf } from '../../../src/pipeline/explore-micrograph.js';
import { defaultSegmentOptions, pipelineParameters } from '../../../src/pipeline/pipeline-parameters.js';
import { resultMasks } from '../../../src/pipeline/result-masks.js';
import { segmentMicrograph } from '../../../src/pipeline/segment-micrograph.js';
import { Stopwatch } from '../../../src/pipeline/timings.js';
import { explorationOf } from '../../support/explore-layers.js';

describe('what is explored', () => {
  test('names what the pipeline removes, and why', async () => {
    const { json } = await explorationOf();
    const kept = new Set(foundMasksFromJson(json).described.kept);
    expect(json.removed.length).toBeGreaterThan(0);
    for (const { mask, causes, ratio } of json.removed) {
      expect(kept.has(mask)).toBe(false);
      expect(causes.every((cause) => cause >= 0)).toBe(true);
      expect(ratio).toBeGreaterThanOrEqual(0);
    }
    expect(kept.size + json.removed.length).toBe(foundMasksFromJson(json).masks.length);
  });

  test('has samples of every mask, and of a grid over the whole micrograph', async () => {
    const { json } = await explorationOf();
    const { samples, masks, described } = foundMasksFromJson(json);
    const owners = new Set(samples.owners);
    expect([...masks.keys()].every((index) => owners.has(index))).toBe(true);
    expect(samples.owners.filter((owner) => owner === -1).length).toBeGreaterThanOrEqual(144);
    expect(samples.values).toHaveLength(samples.dimensions * samples.owners.length);
    expect(described.counts.length).toBeGreaterThanOrEqual(described.kept.length);
  });

  test('survives JSON, and boosted with the same choices is what the pipeline paints, pixel by pixel', async () => {
    const { json, models, micrograph } = await explorationOf();
    const options = { ...defaultSegmentOptions };
    const direct = await segmentMicrograph(models, micrograph, options, pipelineParameters, new Stopwatch());
    const text = Buffer.from(JSON.stringify(json));
    const choices = { stage: 'boosted', materials: 'auto', removal: pipelineParameters.removal } as const;
    const again = segmentationOf(text, choices);
    expect(again.microstructure?.map.labels).toEqual(direct.microstructure?.map.labels);
    expect(resultMasks(again)).toEqual(resultMasks(direct));
    expect(again.warnings).toEqual(direct.warnings);
    expect(segmentationOf(text, { ...choices, stage: 'removed' }).microstructure).toBeNull();
    expect(segmentationOf(text, { ...choices, stage: 'sam' }).removal).toBeNull();
  });
});
