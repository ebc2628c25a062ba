import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createEmbeddingCache, embeddingKey } from '../../../../src/painting/embedding-cache.js';
import { type EmbeddingExchange, openEmbeddingExchange } from '../../../../src/painting/jobs/embedding-exchange.js';
import { openRedis } from '../../../../src/painting/jobs/redis-keys.js';
import type { ImageEmbedding } from '../../../../src/sam/sam-model.js';
import { type RedisServer, startRedisServer } from '../../../support/redis-server.js';

/* Two folders stand for two machines; the Redis is a real one. */

let server: RedisServer;
let scratch = '';
let opened: EmbeddingExchange[] = [];
const errors: Error[] = [];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'embedding-exchange-'));
  server = await startRedisServer(join(scratch, 'redis'));
}, 600_000);
afterAll(async () => {
  await server.stop();
  await rm(scratch, { recursive: true, force: true });
});
let folders: [string, string] = ['', ''];
beforeEach(async () => {
  folders = [await mkdtemp(join(scratch, 'here-')), await mkdtemp(join(scratch, 'there-'))];
  errors.length = 0;
});
afterEach(() => {
  for (const each of opened) each.close();
  opened = [];
});

const budget = { memoryBytes: 0, diskBytes: 1e8 };
const redis = () => openRedis(server.url, () => undefined);
function open(folder: string, weights = 'w'): EmbeddingExchange {
  const exchange = openEmbeddingExchange({
    url: server.url,
    folder,
    diskBytes: budget.diskBytes,
    weights,
    onError: (error) => errors.push(error),
  });
  opened.push(exchange);
  return exchange;
}

let images = 0;
/** An image that is encoded in the first folder, and its encoding of 4 MB. */
async function encoded() {
  const image = { name: 'image', bytes: Buffer.from(`image ${++images}`) };
  const key = embeddingKey(image, 'w');
  const tokens = new Float32Array(2 ** 20).map((_, index) => Math.sin(images + index));
  const embedding = { image: { width: 7, height: 5 }, tokens } as unknown as ImageEmbedding;
  await createEmbeddingCache(folders[0], budget).put(key, embedding);
  return { image, key, digest: digestOf(embedding) };
}
const digestOf = (embedding: ImageEmbedding) => createHash('sha256').update(serialize(embedding)).digest('hex');
async function found(folder: string, key: string): Promise<string | undefined> {
  const embedding = await createEmbeddingCache(folder, budget).get(key);
  return embedding === undefined ? undefined : digestOf(embedding);
}

test('what one machine has encoded, another one gets', async () => {
  const { image, key, digest } = await encoded();
  const [here, there] = [open(folders[0]), open(folders[1])];
  await here.announce(image);
  expect(await found(folders[1], key)).toBeUndefined();
  await Promise.all([there.fetch(image), there.fetch(image)]);
  expect(await found(folders[1], key)).toBe(digest);
  // Once more finds it here, and nothing stays in Redis for long.
  await there.fetch(image);
  const client = redis();
  expect(await client.pttl(`sam-i-am:embedding:${key}:bytes`)).toBeLessThanOrEqual(10_000);
  client.disconnect();
  expect(errors).toEqual([]);
});

test('what nobody has announced, or another model has encoded, is not there', async () => {
  const { image, key } = await encoded();
  const [here, there] = [open(folders[0]), open(folders[1])];
  await there.fetch(image);
  expect(await found(folders[1], key)).toBeUndefined();
  await here.announce(image);
  await open(folders[1], 'another model').fetch(image);
  expect(await readdir(folders[1])).toEqual([]);
});

test('a machine that is gone is not waited for, and not asked again', async () => {
  const { image, key } = await encoded();
  const here = open(folders[0]);
  await here.announce(image);
  here.close();
  const client = redis();
  while ((await client.pubsub('CHANNELS', `sam-i-am:embedding:wanted:*${folders[0]}`)).length > 0);
  await open(folders[1]).fetch(image);
  expect(await found(folders[1], key)).toBeUndefined();
  expect(await client.exists(`sam-i-am:embedding:${key}`)).toBe(0);
  client.disconnect();
});

test('an encoding that was dropped meanwhile is forgotten', async () => {
  const { image, key } = await encoded();
  const [here, there] = [open(folders[0]), open(folders[1])];
  await here.announce(image);
  await rm(join(folders[0], `${key}.embedding`));
  await there.fetch(image);
  expect(await readdir(folders[1])).toEqual([]);
  const client = redis();
  expect(await client.exists(`sam-i-am:embedding:${key}`)).toBe(0);
  client.disconnect();
});

test('what arrives damaged is not kept', async () => {
  const { image, key } = await encoded();
  const client = redis();
  await client.set(`sam-i-am:embedding:${key}:bytes`, Buffer.alloc(1000, 1));
  await open(folders[1]).fetch(image);
  expect(await readdir(folders[1])).toEqual([]);
  client.disconnect();
});
