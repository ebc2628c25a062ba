import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { asSamIAmError, SamIAmError } from '../../core/errors.js';
import { cancelled } from '../turns.js';
import { setLarge } from './large-value.js';
import type { Job as Work, OnProgress, Outcome, WorkerRecord } from './paint-job.js';
import { isRefusal, queueError } from './queue-error.js';
import type { JobData } from './redis-keys.js';
import * as keys from './redis-keys.js';
import { restWhenRefused } from './rest-when-refused.js';

/** Works on jobs from Redis. */
export interface RedisWorkerOptions {
  readonly url: string;
  readonly modelVersion: string;
  /** Jobs at the same time. */
  readonly concurrency: number;
  /** Does one job; throws {@link ProcessCrashed} if the process that did it has ended. */
  readonly work: (job: Work, signal: AbortSignal, onProgress: OnProgress) => Promise<Outcome>;
  readonly onError: (error: Error) => void;
  readonly onDone?: (name: string, outcome: 'done' | 'failed', reason?: string) => void;
  /** Called every few seconds while Redis answers. */
  readonly onAlive?: () => void;
  /** How soon a job whose worker has vanished is given to another one, in milliseconds. */
  readonly lockMs?: number;
}

/** The process that worked on a job has ended before it was done. */
export class ProcessCrashed extends Error {}

/** A worker that runs. */
export interface RunningWorker {
  /** Takes no more jobs and waits for those under way. */
  close(): Promise<void>;
}

/** Takes jobs until it is closed; one that is under way then is finished first. */
export function startRedisWorker(options: RedisWorkerOptions): RunningWorker {
  const { url, modelVersion, concurrency, onError, lockMs = 15_000 } = options;
  const names = keys.queueKeys(modelVersion);
  const redis = keys.openRedis(url, onError);
  const tellOf = (record: WorkerRecord): void => {
    const told = redis.set(names.worker(record.id), JSON.stringify(record), 'PX', keys.workerMs);
    told.then(() => options.onAlive?.()).catch(onError);
  };
  const presence = new Presence(concurrency, (records) => records.forEach(tellOf));
  const process = async (job: Job<JobData, null>): Promise<null> => {
    const id = String(job.id);
    const leave = presence.enter(id);
    try {
      const painted = await workOn(id, redis, names, options);
      if (!painted.ok) throw painted.error;
      // One connection keeps the order: the result is there before its asker hears of it.
      await Promise.all([
        setLarge(redis, names.result(id), [keys.packResult(painted.value)], keys.resultMs),
        redis.incr(`${names.prefix}:${names.queue}:total:completed`),
        redis.publish(names.news, id),
      ]);
      // Only now: where Redis did not take the result, the job is done once more.
      redis.del(names.image(id)).catch(onError);
      options.onDone?.(nameOf(job), 'done');
      return null;
    } catch (thrown) {
      throw failureOf(thrown, job, options);
    } finally {
      leave();
    }
  };
  const worker = new Worker<JobData, null>(names.queue, process, {
    connection: { url, ...keys.connectionOptions },
    prefix: names.prefix,
    concurrency,
    lockDuration: lockMs,
    // Redis takes whole milliseconds only: with a fraction each look for jobs of vanished workers fails, and they stay running for ever.
    stalledInterval: Math.ceil(lockMs / 3),
    maxStalledCount: keys.mostVanished - 1,
  });
  worker.on('error', onError);
  const endRests = restWhenRefused(worker, keys.lookMs);
  worker.on('failed', (job) => {
    if (job?.finishedOn === undefined) return;
    redis
      .multi()
      .incr(`${names.prefix}:${names.queue}:total:failed`)
      .publish(names.news, String(job.id))
      .exec()
      .catch(onError);
  });
  return {
    async close() {
      endRests();
      await worker.close();
      presence.close();
      await redis.del(...presence.ids.map((id) => names.worker(id))).catch(() => 0);
      redis.disconnect();
    },
  };
}

/** Fetches the image and works on it for as long as anyone wants it. */
async function workOn(
  id: string,
  redis: ReturnType<typeof keys.openRedis>,
  names: keys.QueueKeys,
  { work, onError }: RedisWorkerOptions,
): Promise<Outcome> {
  const [packed, unwanted] = await Promise.all([redis.getBuffer(names.image(id)), redis.get(names.cancelled(id))]);
  if (unwanted !== null) throw cancelled();
  if (packed === null) throw lostImage();
  const controller = new AbortController();
  const timer = setInterval(() => {
    redis.get(names.cancelled(id)).then(
      (why) => {
        if (why !== null) controller.abort();
      },
      () => undefined,
    );
  }, keys.lookMs);
  const onProgress: OnProgress = (progress) => {
    redis.set(names.progress(id), JSON.stringify(progress), 'PX', keys.workerMs).catch(onError);
  };
  try {
    const outcome = await work(keys.unpackJob(packed), controller.signal, onProgress);
    // Cancelled in its last moments it may be painted all the same; who cancelled it was told that it is not.
    if ((await redis.get(names.cancelled(id))) === 'cancelled') throw cancelled();
    return outcome;
  } finally {
    clearInterval(timer);
  }
}

function nameOf(job: Job<JobData, null>): string {
  return keys.readJobData(job.data)?.name ?? String(job.id);
}

/** Crashes, and what Redis did not take, are tried again until there were too many; every other failure would come again. */
function failureOf(thrown: unknown, job: Job<JobData, null>, { onDone }: RedisWorkerOptions): Error {
  const passing = passingFailure(thrown);
  if (passing !== undefined && job.attemptsMade + 1 < keys.mostCrashes) return thrown as Error;
  const error = passing ?? asSamIAmError(thrown);
  onDone?.(nameOf(job), 'failed', error.message);
  return new UnrecoverableError(keys.packFailure(error));
}

/** What is said of a failure that need not come again, once it has come too often; undefined for all others. */
function passingFailure(thrown: unknown): SamIAmError | undefined {
  if (thrown instanceof ProcessCrashed) {
    return keys.setAside(`it ended the process that worked on it ${keys.mostCrashes} times (${thrown.message})`);
  }
  return isRefusal(thrown) ? queueError(thrown) : undefined;
}

function lostImage(): SamIAmError {
  return new SamIAmError('image.not_found', 'the image of the job is not in Redis any more', {
    hint: 'Ask again; if it happens often, give Redis more memory.',
  });
}

/** Tells Redis that the slots of this worker are there, and what they do. */
class Presence {
  readonly #records: WorkerRecord[];
  readonly #tell: (records: readonly WorkerRecord[]) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(slots: number, tell: (records: readonly WorkerRecord[]) => void) {
    const name = `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`;
    const since = new Date().toISOString();
    this.#records = Array.from({ length: slots }, (_, index) => ({
      id: `${name}-${index + 1}`,
      host: hostname(),
      state: 'idle',
      since,
      job: null,
    }));
    this.#tell = tell;
    tell(this.#records);
    this.#timer = setInterval(() => tell(this.#records), keys.workerMs / 3);
  }

  get ids(): string[] {
    return this.#records.map(({ id }) => id);
  }

  enter(job: string): () => void {
    const slot = this.#records.findIndex(({ state }) => state === 'idle');
    this.#set(slot, 'busy', job);
    return () => this.#set(slot, 'idle', null);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #set(slot: number, state: WorkerRecord['state'], job: string | null): void {
    const record = this.#records[slot];
    if (record === undefined) return;
    const changed = { ...record, state, job, since: new Date().toISOString() };
    this.#records[slot] = changed;
    this.#tell([changed]);
  }
}
