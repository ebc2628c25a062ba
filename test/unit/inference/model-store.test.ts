import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { filesOf } from '../../../src/inference/model-manifest.js';
import { findModel, readModelEntries, verifiedModelPath } from '../../../src/inference/model-store.js';
import { openOrtSession } from '../../../src/inference/ort-session.js';
import { modelsFolder } from '../../../src/painting/models/load-models.js';

const folderWith = async (files: Record<string, string>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'models-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
};

describe('the embedded models', () => {
  test('are whole and can be opened', async () => {
    const entries = await readModelEntries(modelsFolder);
    const files = entries.flatMap(filesOf);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const session = await openOrtSession(await verifiedModelPath(modelsFolder, file), { threads: 1 });
      expect(session.inputs.length).toBeGreaterThan(0);
      await session.release();
    }
  });

  test('have the graphs that their layouts promise', async () => {
    const entries = await readModelEntries(modelsFolder);
    const sam = findModel(entries, 'sam', 'sam-i-am-small');
    if (sam.layout !== 'sam-i-am-split') throw new Error(`unexpected layout ${sam.layout}`);
    const open = async (file: typeof sam.files.encoder) =>
      openOrtSession(await verifiedModelPath(modelsFolder, file), { threads: 1 });
    const [encoder, decoder] = [await open(sam.files.encoder), await open(sam.files.decoder)];
    expect(encoder.inputs).toEqual(['image']);
    expect(encoder.outputs).toEqual(expect.arrayContaining(['image_embeddings', 'texture_tokens']));
    expect(decoder.inputs).toEqual(expect.arrayContaining(['point_coords', 'point_labels']));
    expect([...decoder.outputs].sort()).toEqual(['iou_predictions', 'low_res_masks']);
  });
});

test('a model that does not exist is an error that names those that do', async () => {
  const entries = await readModelEntries(modelsFolder);
  expect(() => findModel(entries, 'sam', 'vit-z')).toThrow(
    expect.objectContaining({ code: 'model.unknown', hint: expect.stringContaining('sam-i-am-small') }),
  );
});

describe('damage is named with its cure', () => {
  const file = { path: 'a.onnx', bytes: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' };

  test('a whole file passes', async () => {
    const folder = await folderWith({ 'a.onnx': 'abc' });
    expect(await verifiedModelPath(folder, file)).toBe(join(folder, 'a.onnx'));
  });

  test.each([
    ['missing', {}],
    ['bytes', { 'a.onnx': 'abcd' }],
    ['altered', { 'a.onnx': 'abd' }],
  ])('%s', async (word, files: Record<string, string>) => {
    await expect(verifiedModelPath(await folderWith(files), file)).rejects.toMatchObject({
      code: 'model.checksum',
      message: expect.stringContaining(word),
    });
  });

  test('no manifest', async () => {
    await expect(readModelEntries(await folderWith({}))).rejects.toMatchObject({ code: 'model.unknown' });
  });

  test.each(['not json', '{"models": [{"id": "x"}]}'])('a manifest that says %s', async (text) => {
    const folder = await folderWith({ 'manifest.json': text });
    await expect(readModelEntries(folder)).rejects.toMatchObject({ code: 'model.incompatible' });
  });

  test('a file that is no graph', async () => {
    const folder = await folderWith({ 'a.onnx': 'abc' });
    await expect(openOrtSession(join(folder, 'a.onnx'), { threads: 1 })).rejects.toMatchObject({
      code: 'model.incompatible',
      hint: expect.stringContaining('MODEL'),
    });
  });
});
