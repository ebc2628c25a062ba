import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { findModel, findStoredModel, readStoredModels } from '../../../../src/inference/model-store.js';
import { addedModelsFolder, defaultModelId, modelsFolder } from '../../../../src/painting/models/load-models.js';
import { addModel, pullCheckpoint, readLibrary, verifyModels } from '../../../../src/painting/models/model-library.js';
import { openSamModel } from '../../../../src/painting/models/open-sam-model.js';
import { patternImage, samFixtures, tinyInputSize } from '../../../support/tiny-sams.js';

// Graphs are loaded and run here: on a busy machine that takes its time.
jest.setTimeout(120_000);

let dataDir = '';
let source = '';
beforeEach(async () => {
  [dataDir, source] = [await mkdtemp(join(tmpdir(), 'data-')), await mkdtemp(join(tmpdir(), 'source-'))];
});
afterEach(async () => {
  for (const folder of [dataDir, source]) await rm(folder, { recursive: true });
});

const openAdded = async (id: string) => {
  const stored = await readStoredModels(modelsFolder, addedModelsFolder(dataDir));
  return openSamModel(findModel(stored, 'sam', id), 1);
};

/** A folder as sam-export writes it. */
async function exportedFolder(): Promise<string> {
  const folder = join(source, 'tiny');
  await cp(join(samFixtures, 'staged'), folder, { recursive: true });
  const files: Record<string, object> = {};
  for (const [key, path] of Object.entries({
    encoder: 'encoder.onnx',
    imageStage: 'image-stage.onnx',
    promptStage: 'prompt-stage.onnx',
    maskStage: 'mask-stage.onnx',
  })) {
    const bytes = await readFile(join(folder, path));
    files[key] = { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
  const thresholds = { predictedIou: 0.88, stabilityScore: 0.95, boxNms: 0.7, maskNms: null };
  const entry = {
    id: 'tiny',
    kind: 'sam',
    layout: 'sam-staged',
    licence: 'Apache-2.0',
    description: '',
    provenance: '',
  };
  await writeFile(
    join(folder, 'model.json'),
    JSON.stringify({ ...entry, inputSize: tinyInputSize, thresholds, files }),
  );
  return folder;
}

describe('a folder of sam-export', () => {
  test('is added, listed, verified and can be used', async () => {
    expect(await addModel(dataDir, [await exportedFolder()], {})).toEqual({ kind: 'model', id: 'tiny' });
    expect((await readLibrary(dataDir)).models.map(({ id }) => id)).toContain('tiny');
    expect(await verifyModels(dataDir, 'tiny')).toEqual([{ id: 'tiny', damages: [] }]);
    const model = await openAdded('tiny');
    const embedding = await model.encode(patternImage([40, 30, 1, 2, 3]));
    const [masks] = await model.decode(embedding, [[{ x: 3, y: 4, label: 1 }]]);
    expect(masks).toHaveLength(3);
    await model.release();
  });

  test('added again it takes the place of the earlier one', async () => {
    const folder = await exportedFolder();
    await addModel(dataDir, [folder], {});
    await addModel(dataDir, [folder], { licence: 'CC-BY-4.0' });
    const same = (await readLibrary(dataDir)).models.filter(({ id }) => id === 'tiny');
    expect(same.map(({ licence }) => licence)).toEqual(['CC-BY-4.0']);
  });

  test('is refused where a file is cut short, and nothing is added', async () => {
    const folder = await exportedFolder();
    await truncate(join(folder, 'encoder.onnx'), 1000);
    await expect(addModel(dataDir, [folder], {})).rejects.toMatchObject({
      code: 'model.checksum',
      message: expect.stringMatching(/encoder\.onnx has 1000 bytes instead of/) as unknown,
    });
    expect((await readLibrary(dataDir)).models.map(({ id }) => id)).not.toContain('tiny');
  });

  test('altered after it was added, it is named by verify and never loaded', async () => {
    await addModel(dataDir, [await exportedFolder()], {});
    const path = join(addedModelsFolder(dataDir), 'tiny', 'mask-stage.onnx');
    const bytes = await readFile(path);
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await verifyModels(dataDir, 'tiny')).toEqual([
      { id: 'tiny', damages: [expect.stringMatching(/mask-stage\.onnx is altered/)] },
    ]);
    await expect(openAdded('tiny')).rejects.toMatchObject({ code: 'model.checksum' });
  });
});

describe('two graphs', () => {
  const graphs = [
    `${samFixtures}transformers/vision_encoder.onnx`,
    `${samFixtures}transformers/prompt_encoder_mask_decoder.onnx`,
  ];

  test('are told apart by themselves and added in either order', async () => {
    for (const paths of [graphs, [...graphs].reverse()]) {
      expect(await addModel(dataDir, paths, { id: 'hub' })).toEqual({ kind: 'model', id: 'hub' });
      const model = await openAdded('hub');
      expect((await model.encode(patternImage([20, 20, 1, 1, 1]))).image).toEqual({ width: 20, height: 20 });
      await model.release();
    }
  });

  test('of no known layout are refused with what was found', async () => {
    const stray = [`${samFixtures}staged/mask-stage.onnx`, `${samFixtures}staged/encoder.onnx`];
    await expect(addModel(dataDir, stray, { id: 'x' })).rejects.toMatchObject({
      code: 'model.incompatible',
      message: expect.stringMatching(/attended_tokens/) as unknown,
    });
  });
});

test.each([
  ['a file that is not there', ['/nowhere.onnx'], {}, /does not exist/],
  ['one graph', [`${samFixtures}staged/encoder.onnx`], {}, /a model has two/],
  ['a folder without a description', [`${samFixtures}staged`], {}, /no model\.json/],
  ['an unknown checkpoint', [`${samFixtures}prompts.json`], {}, /none of the checkpoints/],
])('%s is refused, and told what can be added', async (_, paths, options, message) => {
  await expect(addModel(dataDir, paths, options)).rejects.toMatchObject({
    code: 'usage.invalid',
    message: expect.stringMatching(message) as unknown,
    hint: expect.stringContaining('sam-export') as unknown,
  });
});

test('the embedded models cannot be replaced', async () => {
  await expect(addModel(dataDir, [await exportedFolder()], { id: 'sam-i-am-small' })).rejects.toMatchObject({
    code: 'usage.invalid',
  });
});

test('a checkpoint is asked for at the mirror, and what is no checkpoint there gets no name here', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.end('not the weights');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sam/`;
  const options = { mirror, fruitlessTries: 2, firstWaitMs: 1 };
  await expect(pullCheckpoint(dataDir, 'mobile-sam', options)).rejects.toMatchObject({ code: 'model.unreachable' });
  expect(new Set(asked)).toEqual(new Set(['/sam/mobile_sam.pt']));
  expect((await readLibrary(dataDir)).checkpoints.every(({ present }) => !present)).toBe(true);
  server.closeAllConnections();
  server.close();
});

test('an id that nobody has is answered with those that exist', async () => {
  await expect(pullCheckpoint(dataDir, 'sam-vit-z', {})).rejects.toMatchObject({
    code: 'model.unknown',
    hint: expect.stringContaining('sam-vit-b') as unknown,
  });
  await expect(verifyModels(dataDir, 'sam-vit-z')).rejects.toMatchObject({ code: 'model.unknown' });
});

test('checkpoints: one file each, a digest', async () => {
  const { checkpoints } = await readLibrary(dataDir);
  expect(checkpoints.map(({ id }) => id)).toEqual(['sam-vit-b', 'sam-vit-l', 'sam-vit-h', 'mobile-sam']);
  for (const { address, file } of checkpoints) expect(basename(address)).toBe(file);
});

test('eight models that are added at once are all there', async () => {
  const folder = await exportedFolder();
  const ids = Array.from({ length: 8 }, (_, index) => `c${index}`);
  await Promise.all(ids.map((id) => addModel(dataDir, [folder], { id })));
  const { models } = await readLibrary(dataDir);
  expect(
    models
      .map(({ id }) => id)
      .filter((id) => ids.includes(id))
      .sort(),
  ).toEqual(ids);
});

test("a damaged manifest of the user's concerns whoever uses a model of it, and nobody else", async () => {
  await addModel(dataDir, [await exportedFolder()], {});
  await writeFile(join(addedModelsFolder(dataDir), 'manifest.json'), '{"models": [');
  const folders = [modelsFolder, addedModelsFolder(dataDir)] as const;
  expect(await findStoredModel(folders, 'sam', defaultModelId)).toMatchObject({ folder: modelsFolder });
  await expect(findStoredModel(folders, 'sam', 'tiny')).rejects.toMatchObject({ code: 'model.incompatible' });
  await expect(readLibrary(dataDir)).rejects.toMatchObject({ code: 'model.incompatible' });
});
