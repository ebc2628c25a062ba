import { once } from 'node:events';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Redis } from 'ioredis';
import type { ImageFile } from '../../core/image-file.js';
import { embeddingKey, hasEmbeddingFile, keepEmbeddingFile, readEmbeddingFile } from '../embedding-cache.js';
import { setLarge } from './large-value.js';
import { openRedis } from './redis-keys.js';

/** What a worker needs to share encoded images. */
export interface ExchangeOptions {
  readonly url: string;
  /** Where its painting processes keep them. */
  readonly folder: string;
  readonly diskBytes: number;
  /** Digest of what encodes; images that others encoded are of no use to another model. */
  readonly weights: string;
  readonly onError: (error: Error) => void;
}

/** Encoded images of workers that share no disk. Nothing here fails: what cannot be had is encoded. */
export interface EmbeddingExchange {
  /** Fetches the encoded image from whichever worker has it, unless it is here. */
  fetch(image: ImageFile): Promise<void>;
  /** Lets others know that it is here. */
  announce(image: ImageFile): Promise<void>;
  close(): void;
}

const prefix = 'sam-i-am:embedding';
/** How long it is known who has an encoded image: people click within minutes, and a bulk run encodes thousands in an hour. */
const knownMs = 3_600_000;
/** Encoded images themselves, of some megabytes, are in Redis only while they are handed over. */
const handedMs = 10_000;
/** Waiting longer would cost more than encoding with the small model. */
const patienceMs = 1_000;

/**
 * Redis has only the index, who has which: a bulk run would fill it with megabytes that nobody asks for. Whoever needs an encoded image asks the
 * folder that has it, on that folder's channel; one of the workers there puts the file into Redis for some seconds.
 */
export function openEmbeddingExchange(options: ExchangeOptions): EmbeddingExchange {
  const { url, folder, diskBytes, weights, onError } = options;
  const redis = openRedis(url, onError);
  const listener = openRedis(url, onError);
  const own = `${hostname()}:${resolve(folder)}`;
  const arrivals = new EventTarget();
  listener.on('message', (channel, key) => {
    if (channel === sentChannel) arrivals.dispatchEvent(new Event(key));
    else void hand(redis, folder, key).catch(onError);
  });
  const listening = listener.subscribe(wantedChannel(own), sentChannel).catch(onError);

  /** Asks whoever has it; null if nobody answers. */
  const ask = async (key: string): Promise<Buffer | null> => {
    const holder = await redis.get(ownerKey(key));
    if (holder === null || holder === own) return null;
    const arrived = once(arrivals, key, { signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);
    if ((await redis.publish(wantedChannel(holder), key)) > 0) await arrived;
    else await redis.del(ownerKey(key));
    return redis.getBuffer(bytesKey(key));
  };
  const bring = async (key: string): Promise<void> => {
    await listening;
    const file = (await redis.getBuffer(bytesKey(key))) ?? (await ask(key));
    if (file !== null) await keepEmbeddingFile(folder, key, file, diskBytes);
  };
  return {
    async fetch(image) {
      const key = embeddingKey(image, weights);
      if (!(await hasEmbeddingFile(folder, key))) await bring(key).catch(onError);
    },
    async announce(image) {
      const key = embeddingKey(image, weights);
      if (!(await hasEmbeddingFile(folder, key))) return;
      await listening;
      await redis.set(ownerKey(key), own, 'PX', knownMs).catch(onError);
    },
    close() {
      redis.disconnect();
      listener.disconnect();
    },
  };
}

const ownerKey = (key: string) => `${prefix}:${key}`;
const bytesKey = (key: string) => `${prefix}:${key}:bytes`;
const wantedChannel = (holder: string) => `${prefix}:wanted:${holder}`;
const sentChannel = `${prefix}:sent`;

/** Of several workers that share a folder, one is enough. */
async function hand(redis: Redis, folder: string, key: string): Promise<void> {
  // A name from outside, which becomes that of a file.
  if (!/^[0-9a-f]{64}$/.test(key)) return;
  const isFirst = await redis.set(`${bytesKey(key)}:sender`, '1', 'PX', patienceMs, 'NX');
  if (isFirst === null) return;
  const file = await readEmbeddingFile(folder, key);
  if (file === undefined) await redis.del(ownerKey(key));
  else await setLarge(redis, bytesKey(key), [file], handedMs);
  await redis.publish(sentChannel, key);
}
