import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, Queue } from 'bullmq';
import { z } from 'zod';
import { SamIAmError } from '../../core/errors.js';
import { parseJson } from '../../core/parse-json.js';
import { failure, type Result, success } from '../../core/result.js';
import { imageDigestInSlices } from '../image-digest.js';
import { cancelled } from '../turns.js';
import { setLarge } from './large-value.js';
import {
  type Job as Work,
  type JobOverview,
  type JobQueue,
  type JobRecord,
  type JobState,
  mostListedJobs,
  type OnProgress,
  type Outcome,
  type OutcomeOf,
  priorities,
  type RunOptions,
  type WorkerRecord,
} from './paint-job.js';
import { queueError } from './queue-error.js';
import type { JobData, QueueKeys } from './redis-keys.js';
import * as keys from './redis-keys.js';

/** A queue in Redis, as those who ask and the list of jobs see it. */
export interface RedisQueueOptions {
  readonly url: string;
  readonly modelVersion: string;
  readonly onError: (error: Error) => void;
}

/** Why a job is not wanted any more: nobody waits for it, or a person said so. */
type Cancellation = 'withdrawn' | 'cancelled';

/** How often whoever looks at a micrograph learns how far it is. */
const progressMs = 500;

/** Jobs that ended are kept for the list. */
const keptJobs = { count: 1_000, age: 24 * 3_600 };

const workerSchema = z.object({
  id: z.string(),
  host: z.string(),
  state: z.enum(['idle', 'busy']),
  since: z.string(),
  job: z.string().nullable(),
});

/** Jobs in a Redis that any number of processes share. */
export class RedisQueue implements JobQueue {
  readonly #queue: Queue<JobData, null>;
  readonly #redis: ReturnType<typeof keys.openRedis>;
  readonly #listener: ReturnType<typeof keys.openRedis>;
  readonly #keys: QueueKeys;
  /** Those in this process who wait for a job, to be woken. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor({ url, modelVersion, onError }: RedisQueueOptions) {
    this.#keys = keys.queueKeys(modelVersion);
    this.#redis = keys.openRedis(url, onError);
    const { queue, prefix } = this.#keys;
    this.#queue = new Queue(queue, { connection: this.#redis, prefix });
    this.#queue.on('error', onError);
    // BullMQ's own events come later, and each asker would have to read those of every step of every job.
    this.#listener = keys.openRedis(url, onError);
    this.#listener.on('message', (_channel, id) => {
      for (const wake of this.#waiting.get(id) ?? []) wake();
    });
    this.#listener.subscribe(this.#keys.news).catch(onError);
  }

  async run<Kind extends Work>(job: Kind, { signal, onProgress }: RunOptions = {}): Promise<OutcomeOf<Kind>> {
    const known = { ...job, image: { ...job.image, digest: await imageDigestInSlices(job.image) } };
    const id = keys.jobId(known);
    const stopLooking = onProgress === undefined ? undefined : this.#lookHowFar(id, onProgress);
    try {
      return (await this.#run(id, known, signal)) as OutcomeOf<Kind>;
    } finally {
      stopLooking?.();
      // Of a look nobody else asks for the result, and it is larger than a painting.
      if (job.call.kind === 'explore') {
        this.#redis.del(this.#keys.result(id), this.#keys.progress(id)).catch(() => undefined);
      }
    }
  }

  /** Tells the asker now and then how far the worker is; ends when what it returns is called. */
  #lookHowFar(id: string, onProgress: OnProgress): () => void {
    const look = async (): Promise<void> => {
      const progress = keys.unpackProgress(await this.#redis.get(this.#keys.progress(id)));
      if (progress !== undefined) onProgress(progress);
    };
    const timer = setInterval(() => void look().catch(() => undefined), progressMs);
    return () => clearInterval(timer);
  }

  async #run(id: string, job: Work, signal?: AbortSignal): Promise<Outcome> {
    try {
      for (let isFirst = true; ; isFirst = false) {
        if (signal?.aborted === true) return failure(await this.#withdraw(id));
        const known = await this.#look(id, isFirst);
        if (known === 'gone') await this.#add(id, job);
        else if (known !== 'open') return known;
        await this.#news(id, signal);
      }
    } catch (thrown) {
      throw queueError(thrown);
    }
  }

  async overview(): Promise<JobOverview> {
    const minuteAgo = Date.now() - 60_000;
    const [counts, done, failed, perMinute, jobs, workers] = await Promise.all([
      this.#queue.getJobCounts('wait', 'prioritized', 'delayed', 'active'),
      this.#redis.get(`${this.#queue.toKey('total')}:completed`),
      this.#redis.get(`${this.#queue.toKey('total')}:failed`),
      this.#redis.zcount(this.#queue.toKey('completed'), minuteAgo, '+inf'),
      this.#queue.getJobs(['wait', 'prioritized', 'delayed', 'active', 'completed', 'failed'], 0, mostListedJobs - 1),
      this.#workers(),
    ]);
    const { wait = 0, prioritized = 0, delayed = 0, active = 0 } = counts;
    // Of one that was removed meanwhile BullMQ gives nothing.
    const newest = jobs
      .filter(Boolean)
      .sort((a, b) => b.timestamp - a.timestamp)
      .slice(0, mostListedJobs);
    return {
      queue: {
        waiting: wait + prioritized + delayed,
        running: active,
        perMinute,
        ownSince: null,
        done: Number(done ?? 0),
        failed: Number(failed ?? 0),
      },
      workers,
      jobs: (await Promise.all(newest.map((job) => this.#record(job)))).flatMap((record) => record ?? []),
    };
  }

  async change(id: string, to: 'cancel' | 'retry'): Promise<JobRecord | undefined> {
    const job = (await this.#queue.getJob(id)) as Job<JobData, null> | undefined;
    if (job === undefined) return undefined;
    const state = await job.getState();
    if (to === 'cancel' && state !== 'completed' && state !== 'failed') await this.#cancel(id, 'cancelled');
    if (to === 'retry') {
      await this.#redis.del(this.#keys.cancelled(id));
      if (state === 'failed') {
        if ((await this.#redis.exists(this.#keys.image(id))) === 0) throw imageIsGone();
        await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      }
    }
    return this.#record((await this.#queue.getJob(id)) ?? job);
  }

  /** Ids of workers that were heard of lately. */
  async workerCount(): Promise<number> {
    return (await this.#workers()).length;
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#listener.disconnect();
    this.#redis.disconnect();
  }

  /** What there is of a job: its outcome, `open` while it is worked on, `gone` if it has to be added. */
  async #look(id: string, isFirst: boolean): Promise<Outcome | 'open' | 'gone'> {
    const [result, job] = await Promise.all([
      this.#redis.getBuffer(this.#keys.result(id)),
      isFirst ? this.#queue.getJob(id) : undefined,
    ]);
    if (result !== null) return success(keys.unpackResult(result));
    return this.#lookAt(id, isFirst ? job : await this.#queue.getJob(id), isFirst);
  }

  async #lookAt(
    id: string,
    job: Job<JobData, null> | undefined,
    isFirst: boolean,
  ): Promise<Result<never, SamIAmError> | 'open' | 'gone'> {
    if (job === undefined) return 'gone';
    const state = await job.getState();
    const why = (await this.#redis.get(this.#keys.cancelled(id))) as Cancellation | null;
    if (state === 'failed') {
      // A failure before we asked is not our answer, and somebody else's withdrawal is not ours.
      if (isFirst || why === 'withdrawn') return this.#forget(job);
      return failure(why === null ? keys.unpackFailure(job.failedReason) : cancelled());
    }
    if (why !== null && isFirst) await this.#redis.del(this.#keys.cancelled(id));
    // Its result has expired, or was lost when Redis stopped.
    return state === 'completed' || state === 'unknown' ? this.#forget(job) : 'open';
  }

  async #forget(job: Job<JobData, null>): Promise<'gone'> {
    await job.remove().catch(() => undefined);
    await this.#redis.del(this.#keys.cancelled(String(job.id)));
    return 'gone';
  }

  async #add(id: string, job: Work): Promise<void> {
    const { image, call } = job;
    // One connection keeps the order: the image is there before the job is.
    const stored = setLarge(this.#redis, this.#keys.image(id), keys.packJob(job), keys.imageMs);
    const { name, project = null, task = null } = image;
    const added = this.#queue.add(
      'paint',
      { kind: call.kind, name, project, task },
      {
        jobId: id,
        attempts: keys.mostCrashes,
        removeOnComplete: keptJobs,
        removeOnFail: keptJobs,
        // BullMQ takes jobs without a priority first, then those with the smallest number.
        ...(priorities[call.kind] === 0 ? {} : { priority: priorities[call.kind] }),
      },
    );
    await Promise.all([stored, added]);
  }

  /** Resolves when the job has ended, and now and then, because news can be lost. */
  async #news(id: string, signal: AbortSignal | undefined): Promise<void> {
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting);
    const ended = new AbortController();
    const wake = (): void => ended.abort();
    waiting.add(wake);
    signal?.addEventListener('abort', wake, { once: true });
    await sleep(keys.lookMs, undefined, { signal: ended.signal }).catch(() => undefined);
    signal?.removeEventListener('abort', wake);
    waiting.delete(wake);
    if (waiting.size === 0) this.#waiting.delete(id);
  }

  async #withdraw(id: string): Promise<SamIAmError> {
    if (!this.#waiting.has(id)) await this.#cancel(id, 'withdrawn');
    return cancelled();
  }

  /** Workers look at the mark before and while they work. */
  async #cancel(id: string, why: Cancellation): Promise<void> {
    await this.#redis.set(this.#keys.cancelled(id), why, 'PX', keys.imageMs);
  }

  async #workers(): Promise<WorkerRecord[]> {
    const found: string[] = [];
    for (let cursor = '0'; ;) {
      const [next, names] = await this.#redis.scan(cursor, 'MATCH', this.#keys.worker('*'), 'COUNT', 500);
      found.push(...names);
      cursor = next;
      if (cursor === '0') break;
    }
    const texts = found.length === 0 ? [] : await this.#redis.mget(found);
    return texts.flatMap((text) => workerSchema.safeParse(parseJson(text ?? '')).data ?? []);
  }

  /** Undefined for what others have put among our jobs. */
  async #record(job: Job<JobData, null>): Promise<JobRecord | undefined> {
    const id = String(job.id);
    const data = keys.readJobData(job.data);
    if (data === undefined) return undefined;
    const [state, why] = await Promise.all([job.getState(), this.#redis.get(this.#keys.cancelled(id))]);
    const { kind, name, project, task } = data;
    const isFailed = state === 'failed' && why === null;
    return {
      id,
      kind,
      name,
      project,
      task,
      attempts: job.attemptsStarted,
      state: why !== null && state !== 'completed' ? 'cancelled' : stateOf(state),
      reason: isFailed ? keys.unpackFailure(job.failedReason).message : null,
      createdAt: new Date(job.timestamp).toISOString(),
      finishedAt: job.finishedOn === undefined ? null : new Date(job.finishedOn).toISOString(),
    };
  }
}

function stateOf(state: string): JobState {
  if (state === 'completed') return 'done';
  if (state === 'failed') return 'failed';
  return state === 'active' ? 'running' : 'waiting';
}

function imageIsGone(): SamIAmError {
  return new SamIAmError('request.invalid', 'the image of this job is not kept any more', {
    hint: 'Ask for the prediction again, for instance by opening the task in Label Studio.',
  });
}
