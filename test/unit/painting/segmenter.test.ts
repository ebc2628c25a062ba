import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { loadSettings } from '../../../src/config/settings.js';
import { decodeBrushRle } from '../../../src/label-studio/brush-codec.js';
import { modelsFolder } from '../../../src/painting/models/load-models.js';
import { modelVersionOf } from '../../../src/painting/models/model-version.js';
import { createSegmenter } from '../../../src/painting/segmenter.js';
import { cancelFlag } from '../../../src/painting/threads/cancel-flag.js';
import { answer, type SegmentedFiles, unpack } from '../../../src/painting/threads/messages.js';
import { defaultSegmentOptions } from '../../../src/pipeline/pipeline-parameters.js';

const folder = join(tmpdir(), `segmenter-${process.pid}`);
const segmenter = createSegmenter({
  modelsFolder,
  modelId: 'sam-i-am-small',
  threads: 2,
  maxImagePixels: 1e6,
  addedFolder: join(folder, 'models'),
  cacheFolder: join(folder, 'embeddings'),
  cache: { memoryBytes: 1e8, diskBytes: 1e8 },
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A bright lattice on a dark, noisy ground. */
async function twoMaterials(): Promise<Buffer> {
  const side = 192;
  const pixels = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    const noise = ((x * 7919 + y * 104729) % 31) - 15;
    const atoms = 60 * (Math.cos((2 * Math.PI * x) / 9) + Math.cos((2 * Math.PI * y) / 9));
    return Math.max(0, Math.min(255, (y < side / 2 ? 150 + atoms : 30) + noise));
  });
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

let image: { name: string; bytes: Uint8Array };
beforeAll(async () => {
  image = { name: 'drawn.png', bytes: await twoMaterials() };
});

describe('segment', () => {
  let result: SegmentedFiles;
  const file = (suffix: string) => result.files.find((each) => each.suffix === suffix)?.content ?? '';
  beforeAll(async () => {
    result = await segmenter.segment({
      image,
      options: { ...defaultSegmentOptions, pointsPerSide: 6 },
      modelVersion: 'v1',
    });
  }, 120_000);

  test('writes the files of the contract', () => {
    expect(result.files.map(({ suffix }) => suffix).sort()).toEqual([
      '.labels.png',
      '.masks.json',
      '.overlay.png',
      '.task.json',
    ]);
  });

  test('label image, masks and Label Studio task show the same pixels', async () => {
    const labels = await sharp(file('.labels.png') as Uint8Array)
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    const masks = JSON.parse(file('.masks.json') as string) as { masks: { area: number; material: number }[] };
    const task = JSON.parse(file('.task.json') as string) as {
      data: { image: string };
      predictions: { model_version: string; result: { value: { rle: number[]; brushlabels: string[] } }[] }[];
    };
    expect(masks.masks.length).toBeGreaterThan(0);
    masks.masks.forEach(({ area, material }, index) => {
      expect(material).toBe(index + 1);
      expect(labels.filter((label) => label === material)).toHaveLength(area);
    });
    expect(task.data.image).toMatch(/^data:image\/png;base64,/);
    const [prediction] = task.predictions;
    expect(prediction?.model_version).toBe('v1');
    prediction?.result.forEach(({ value }, index) => {
      const { alpha } = decodeBrushRle(Uint8Array.from(value.rle));
      expect(alpha.map((a) => (a >= 128 ? 1 : 0))).toEqual(
        new Uint8Array(labels).map((label) => (label === index + 1 ? 1 : 0)),
      );
      expect(value.brushlabels).toEqual([`Material ${index + 1}`]);
    });
  });

  test('is the same again', async () => {
    const again = await segmenter.segment({
      image,
      options: { ...defaultSegmentOptions, pointsPerSide: 6 },
      modelVersion: 'v1',
    });
    const labelsAgain = again.files.find(({ suffix }) => suffix === '.labels.png')?.content;
    expect(labelsAgain).toEqual(file('.labels.png'));
  }, 120_000);
});

test('the stages before boosted write no label image', async () => {
  const options = { ...defaultSegmentOptions, stage: 'sam', pointsPerSide: 2 } as const;
  const { files } = await segmenter.segment({ image, options, modelVersion: 'v1' });
  expect(files.map(({ suffix }) => suffix).sort()).toEqual(['.masks.json', '.overlay.png']);
});

const plain = { extent: 'mask', materials: 'auto' } as const;

test('a click and a box give at most one mask, and the click is in it', async () => {
  const click = { points: [{ x: 60, y: 40, positive: true }], boxes: [] };
  const { materials, width, height } = await segmenter.paintPrompted({ image, prompt: click, ...plain });
  expect([width, height, materials.length]).toEqual([192, 192, 1]);
  expect(decodeBrushRle(materials[0]?.brushRle ?? new Uint8Array()).alpha[40 * 192 + 60]).toBe(255);
  const percent = {
    points: [{ x: (100 * 60) / 192, y: (100 * 40) / 192, positive: true }],
    boxes: [],
    of: { width: 100, height: 100 },
  };
  for (const extent of ['mask', 'material'] as const) {
    const [same, inPercent] = await Promise.all(
      [click, percent].map((prompt) => segmenter.paintPrompted({ image, prompt, extent, materials: 'auto' })),
    );
    expect(inPercent).toEqual(same);
  }
  const box = { points: [], boxes: [{ x: 10, y: 10, width: 150, height: 70 }] };
  expect((await segmenter.paintPrompted({ image, prompt: box, ...plain })).materials.length).toBeLessThanOrEqual(1);
});

test('a click for the material gives what is painted there', async () => {
  const painted = await segmenter.paint({ image, materials: 'auto' });
  const click = { points: [{ x: 60, y: 40, positive: true }], boxes: [] };
  const answered = await segmenter.paintPrompted({ image, prompt: click, extent: 'material', materials: 'auto' });
  const under = painted.materials.filter(({ brushRle }) => decodeBrushRle(brushRle).alpha[40 * 192 + 60] === 255);
  expect(under).toHaveLength(1);
  expect(answered.materials.map(({ brushRle }) => brushRle)).toEqual(under.map(({ brushRle }) => brushRle));
}, 120_000);

test('work that nobody waits for ends between two steps', async () => {
  const cancel = cancelFlag(AbortSignal.abort());
  await expect(segmenter.paint({ image, materials: 'auto', cancel })).rejects.toMatchObject({ code: 'cancelled' });
});

test('an unreadable image crosses the thread boundary as a value with its cure', async () => {
  const bad = { name: 'notes.png', bytes: new TextEncoder().encode('hello') };
  const packed = await answer(() => segmenter.paint({ image: bad, materials: 'auto' }));
  const result = unpack(packed);
  expect(result.ok ? null : result.error).toMatchObject({
    code: 'image.unreadable',
    message: expect.stringMatching(/notes\.png.*text/),
    hint: 'Give the micrograph that belongs to it.',
  });
});

test('the model version names the model and changes with it only', async () => {
  const version = await modelVersionOf(modelsFolder, folder, 'sam-i-am-small');
  expect(version).toMatch(/^sam-i-am-small-[0-9a-f]{8}$/);
  expect(await modelVersionOf(modelsFolder, folder, 'sam-i-am-small')).toBe(version);
  // Two processes of one queue have other ports and folders, and one version.
  const settings = loadSettings({ PORT: '1', DATA_DIR: '/elsewhere' });
  expect(await modelVersionOf(modelsFolder, folder, 'sam-i-am-small', settings)).toBe(version);
  const kept = { ...settings, keepOverlays: true };
  expect(await modelVersionOf(modelsFolder, folder, 'sam-i-am-small', kept)).not.toBe(version);
});
