import { createHash } from 'node:crypto';
import { access, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ImageFile } from '../core/image-file.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import { writeWhole } from '../store/write-whole.js';
import { ByteBudgetCache } from './byte-budget-cache.js';
import { imageDigest } from './image-digest.js';

/** How much is kept; 0 keeps nothing. */
export interface EmbeddingBudget {
  /** In this process's or worker's memory. */
  readonly memoryBytes: number;
  /** In the folder that all workers share. */
  readonly diskBytes: number;
}

/** Encoded images by content: encoding is the costly step, and clicks on an image come in numbers. */
export interface EmbeddingCache {
  get(key: string): Promise<ImageEmbedding | undefined>;
  /** Never fails: what cannot be kept is encoded again next time. */
  put(key: string, embedding: ImageEmbedding): Promise<void>;
}

/** The key of an image: its bytes, and what decides how they are encoded. */
export function embeddingKey(image: Pick<ImageFile, 'bytes' | 'digest'>, model: string): string {
  return createHash('sha256').update(model).update('\0').update(imageDigest(image)).digest('hex');
}

/** What decides how an image is encoded: the weights, and whether what is burnt into it is hidden from them. */
export function encodingOf(weights: string, { keepOverlays }: { readonly keepOverlays: boolean }): string {
  return keepOverlays ? `${weights} with overlays` : weights;
}

/** The embedding of an image from the cache, else encoded now and kept. */
export async function cachedEmbedding(
  cache: EmbeddingCache,
  key: string,
  encode: () => Promise<ImageEmbedding>,
): Promise<ImageEmbedding> {
  const kept = await cache.get(key);
  if (kept !== undefined) return kept;
  const embedding = await encode();
  await cache.put(key, embedding);
  return embedding;
}

const digestBytes = 32;
const suffix = '.embedding';

/**
 * Memory first, then the shared folder. A file is its sha256 followed by the embedding; it is written under another name and renamed,
 * so that readers see it whole or not at all, and one that does not match its digest is removed and counts as missing. Both
 * tiers drop what was used longest ago when they outgrow their budget.
 */
export function createEmbeddingCache(folder: string, budget: EmbeddingBudget): EmbeddingCache {
  const memory = new ByteBudgetCache<ImageEmbedding>(budget.memoryBytes);
  return {
    async get(key) {
      const kept = memory.get(key);
      if (kept !== undefined) return kept;
      if (budget.diskBytes === 0) return undefined;
      const content = await readWhole(join(folder, key + suffix));
      if (content === undefined) return undefined;
      const embedding = deserialize(content) as ImageEmbedding;
      memory.put(key, embedding, content.length);
      return embedding;
    },
    async put(key, embedding) {
      if (memory.get(key) !== undefined) return;
      if (budget.diskBytes === 0) {
        memory.put(key, embedding, bytesOf(embedding));
        return;
      }
      const content = serialize(embedding);
      memory.put(key, embedding, content.length);
      if (content.length <= budget.diskBytes) {
        await writeWhole(join(folder, key + suffix), withDigest(content)).catch(() => undefined);
      }
      await shrink(folder, budget.diskBytes).catch(() => undefined);
    },
  };
}

/** The file of an embedding as it lies in the folder; undefined if there is none. */
export function readEmbeddingFile(folder: string, key: string): Promise<Buffer | undefined> {
  return readFile(join(folder, key + suffix)).catch(() => undefined);
}

/** Whether there is one, without reading it. */
export function hasEmbeddingFile(folder: string, key: string): Promise<boolean> {
  return access(join(folder, key + suffix)).then(
    () => true,
    () => false,
  );
}

/** Keeps a file that {@link readEmbeddingFile} gave elsewhere; a damaged one is not kept. */
export async function keepEmbeddingFile(folder: string, key: string, file: Buffer, diskBytes: number): Promise<void> {
  const content = contentOf(file);
  if (content === undefined || content.length > diskBytes) return;
  await writeWhole(join(folder, key + suffix), withDigest(content));
  await shrink(folder, diskBytes);
}

/** Bytes of all typed arrays inside. */
function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + bytesOf(part), 0);
}

async function readWhole(path: string): Promise<Buffer | undefined> {
  const file = await readFile(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const content = contentOf(file);
  if (content !== undefined) {
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return content;
  }
  await rm(path, { force: true });
  return undefined;
}

/** What follows the digest, if it matches it. */
function contentOf(file: Buffer): Buffer | undefined {
  const content = file.subarray(digestBytes);
  const isWhole = file.subarray(0, digestBytes).equals(createHash('sha256').update(content).digest());
  return isWhole ? content : undefined;
}

/** Its digest, then itself. */
function withDigest(content: Buffer): Buffer {
  return Buffer.concat([createHash('sha256').update(content).digest(), content]);
}

/** Files left half written by a process that was killed are dropped after this time. */
const unfinishedMs = 3_600_000;

async function shrink(folder: string, budget: number): Promise<void> {
  const names = await readdir(folder);
  const looked = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      // Another process may have finished or dropped it since the folder was listed.
      const file = await stat(path).catch(() => undefined);
      return file && { path, size: file.size, usedMs: file.mtimeMs, unfinished: !name.endsWith(suffix) };
    }),
  );
  const found = looked.filter((file) => file !== undefined);
  const kept = found.filter(({ unfinished }) => !unfinished).sort((a, b) => a.usedMs - b.usedMs);
  let used = kept.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of kept) {
    if (used <= budget) break;
    await rm(path, { force: true });
    used -= size;
  }
  for (const { path, usedMs, unfinished } of found) {
    if (unfinished && Date.now() - usedMs > unfinishedMs) await rm(path, { force: true });
  }
}
