import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openOrtSession } from '../../../src/inference/ort-session.js';

const folder = await mkdtemp(join(tmpdir(), 'graphs-'));
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 123456\n`;

test.each([
  ['a Git LFS pointer', pointer, 'is a Git LFS pointer', 'git lfs pull'],
  ['nothing', '', 'is empty', 'again'],
  ['a login page', '\n<!DOCTYPE html><html>', 'is a web page', 'login'],
  ['an archive', 'PK\u0003\u0004', 'is an archive', 'Unpack'],
  ['anything else', 'nonsense', 'is damaged, cut off, or no ONNX graph', 'models verify'],
])('%s in place of a graph is named', async (_what, content, message, hint) => {
  const path = join(folder, 'encoder.onnx');
  await writeFile(path, content);
  await expect(openOrtSession(path, { threads: 1 })).rejects.toMatchObject({
    code: 'model.incompatible',
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  });
});
