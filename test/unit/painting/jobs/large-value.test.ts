import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setLarge } from '../../../../src/painting/jobs/large-value.js';
import { openRedis } from '../../../../src/painting/jobs/redis-keys.js';
import { type RedisServer, startRedisServer } from '../../../support/redis-server.js';

/* The Redis is a real one. */

let server: RedisServer;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'large-value-'));
  server = await startRedisServer(folder);
}, 600_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const megabytes = (count: number, first: number) =>
  Buffer.from(new Uint8Array(count * 2 ** 20).map((_, index) => (first + index * 89 + (index >> 8)) % 256));

test('parts become one value, which is there for commands sent after it, and expires', async () => {
  const redis = openRedis(server.url, () => undefined);
  const parts = [Buffer.from('länge'), new Uint8Array(0), megabytes(3, 1), new Uint8Array([13, 10, 0])];
  const before = redis.set('small', 'before');
  const stored = setLarge(redis, 'groß', parts, 60_000);
  const [found, left, small] = await Promise.all([redis.getBuffer('groß'), redis.pttl('groß'), redis.get('small')]);
  await Promise.all([before, stored]);
  expect(found?.equals(Buffer.concat(parts))).toBe(true);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(60_000);
  expect(small).toBe('before');
  redis.disconnect();
});

test('values that were under way when Redis went away arrive when it is back', async () => {
  const redis = openRedis(server.url, () => undefined);
  await redis.ping();
  const values = Array.from({ length: 8 }, (_, index) => megabytes(4, index));
  const away = server.restart('SIGKILL');
  const stored = values.map((value, index) => setLarge(redis, `value ${index}`, [value], 60_000));
  await away;
  await Promise.all(stored);
  const found = await Promise.all(values.map((_, index) => redis.getBuffer(`value ${index}`)));
  expect(found.map((value, index) => value?.equals(values[index] ?? Buffer.alloc(0)))).toEqual(values.map(() => true));
  redis.disconnect();
}, 60_000);

test('what Redis refuses is told', async () => {
  const redis = openRedis(server.url, () => undefined);
  await expect(setLarge(redis, 'key', [Buffer.from('x')], -1)).rejects.toThrow('invalid expire');
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
});
