import { mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  cachedEmbedding,
  createEmbeddingCache,
  type EmbeddingBudget,
  embeddingKey,
  keepEmbeddingFile,
} from '../../../src/painting/embedding-cache.js';
import type { ImageEmbedding } from '../../../src/sam/sam-model.js';

const embeddingOf = (value: number): ImageEmbedding & { features: Float32Array } => ({
  image: { width: 3, height: 2 },
  textureTokens: null,
  features: new Float32Array(1000).fill(value),
});
const size = 4100;
const generous: EmbeddingBudget = { memoryBytes: 1e6, diskBytes: 1e6 };
const diskOnly: EmbeddingBudget = { memoryBytes: 0, diskBytes: 1e6 };

let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'cache-')), 'embeddings');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('an embedding comes back as it was put, from memory and from disk', async () => {
  const embedding = embeddingOf(0.25);
  const cache = createEmbeddingCache(folder, generous);
  await cache.put('a', embedding);
  expect(await cache.get('a')).toBe(embedding);
  expect(await createEmbeddingCache(folder, diskOnly).get('a')).toEqual(embedding);
  expect(await cache.get('b')).toBeUndefined();
});

test('an image is encoded once, and written once', async () => {
  let encoded = 0;
  const encode = () => Promise.resolve(embeddingOf(++encoded));
  const inode = async () => (await stat(join(folder, 'a.embedding'))).ino;
  const first = await cachedEmbedding(createEmbeddingCache(folder, diskOnly), 'a', encode);
  const written = await inode();
  expect(await cachedEmbedding(createEmbeddingCache(folder, diskOnly), 'a', encode)).toEqual(first);
  expect([encoded, await inode()]).toEqual([1, written]);
});

test('workers share the folder', async () => {
  const [one, other] = [createEmbeddingCache(folder, generous), createEmbeddingCache(folder, generous)];
  await Promise.all([one.put('a', embeddingOf(1)), other.put('a', embeddingOf(1)), other.put('b', embeddingOf(2))]);
  expect(await one.get('b')).toEqual(embeddingOf(2));
  expect((await readdir(folder)).sort()).toEqual(['a.embedding', 'b.embedding']);
});

test.each([
  ['altered', (file: Buffer) => (file[2000] = 99)],
  ['cut short', (file: Buffer) => file.subarray(0, 3000)],
  ['empty', (file: Buffer) => file.subarray(0, 0)],
])('a file that is %s counts as missing and is removed', async (_, damage) => {
  const cache = createEmbeddingCache(folder, diskOnly);
  await cache.put('a', embeddingOf(1));
  const path = join(folder, 'a.embedding');
  const file = await readFile(path);
  const damaged = damage(file);
  await writeFile(path, Buffer.isBuffer(damaged) ? damaged : file);
  expect(await cache.get('a')).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
});

test('memory keeps what was used last within its budget', async () => {
  const cache = createEmbeddingCache(folder, { memoryBytes: 2.5 * size, diskBytes: 0 });
  for (const key of ['a', 'b']) await cache.put(key, embeddingOf(1));
  await cache.get('a');
  await cache.put('c', embeddingOf(1));
  expect(await cache.get('a')).toBeDefined();
  expect(await cache.get('b')).toBeUndefined();
  expect(await cache.get('c')).toBeDefined();
});

test('the folder keeps what was used last within its budget', async () => {
  const cache = createEmbeddingCache(folder, { memoryBytes: 0, diskBytes: 2.5 * size });
  for (const key of ['a', 'b']) await cache.put(key, embeddingOf(1));
  await utimes(join(folder, 'a.embedding'), 1, 1);
  await utimes(join(folder, 'b.embedding'), 2, 2);
  await cache.get('a');
  await cache.put('c', embeddingOf(1));
  expect((await readdir(folder)).sort()).toEqual(['a.embedding', 'c.embedding']);
});

test('a file that another process takes away meanwhile is no hindrance', async () => {
  const cache = createEmbeddingCache(folder, { memoryBytes: 0, diskBytes: 1.5 * size });
  await cache.put('a', embeddingOf(1));
  await utimes(join(folder, 'a.embedding'), 1, 1);
  // A name that is listed and whose file is gone when it is looked at, as a half-written file just renamed.
  await symlink(join(folder, 'gone'), join(folder, 'b.part'));
  await cache.put('c', embeddingOf(1));
  expect((await readdir(folder)).sort()).toEqual(['b.part', 'c.embedding']);
  const file = await readFile(join(folder, 'c.embedding'));
  await expect(keepEmbeddingFile(folder, 'd', file, 2 * size)).resolves.toBeUndefined();
});

test('a folder that cannot be written costs nothing but the memory', async () => {
  await writeFile(join(folder, '..', 'file'), '');
  const cache = createEmbeddingCache(join(folder, '..', 'file'), generous);
  await cache.put('a', embeddingOf(1));
  expect(await cache.get('a')).toEqual(embeddingOf(1));
});

test('no budget keeps nothing', async () => {
  const cache = createEmbeddingCache(folder, { memoryBytes: 0, diskBytes: 0 });
  await cache.put('a', embeddingOf(1));
  expect(await cache.get('a')).toBeUndefined();
});

test('the key changes with the image and with the model', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const keys = [
    embeddingKey({ bytes }, 'm'),
    embeddingKey({ bytes: Uint8Array.of(1, 2, 4) }, 'm'),
    embeddingKey({ bytes }, 'n'),
  ];
  expect(new Set(keys).size).toBe(3);
  expect(embeddingKey({ bytes }, 'm')).toBe(keys[0]);
});
