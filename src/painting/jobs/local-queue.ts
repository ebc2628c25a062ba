import { hostname } from 'node:os';
import { asSamIAmError } from '../../core/errors.js';
import { failure, success } from '../../core/result.js';
import { imageDigestInSlices } from '../image-digest.js';
import { RecentPaintings } from '../recent-paintings.js';
import { sharedBytes } from '../shared-bytes.js';
import { cancelled } from '../turns.js';
import { type Asker, iso, type LocalJob, toRecord } from './local-job.js';
import {
  type Job,
  type JobOverview,
  type JobQueue,
  type JobRecord,
  type JobRunner,
  mostListedJobs,
  type Outcome,
  type OutcomeOf,
  priorities,
  type RunOptions,
  type WorkerRecord,
} from './paint-job.js';

/** Images of this many failed jobs are kept, so that they can be run again. */
const mostRetried = 20;

/** A place in which a job runs, as long as one does. */
interface Slot {
  job: LocalJob | null;
  since: number;
}

/**
 * Jobs of one process, and the one line in which they wait: what it lists as running has been given to the runner, and nothing else
 * has. Clicks go first, then looks, then paintings; the same work is done once for all who ask, and an image is worked on by one at a time.
 */
export class LocalQueue implements JobQueue {
  readonly #runner: JobRunner;
  readonly #slots: readonly Slot[];
  /** All that are listed, in the order in which they came. */
  readonly #jobs = new Map<string, LocalJob>();
  /** Those that others may still join. */
  readonly #open = new Map<string, LocalJob>();
  /** Those that wait, by priority; each in the order in which they came. */
  readonly #waiting = new Map<number, Set<LocalJob>>();
  readonly #recent = new RecentPaintings();
  readonly #finished: number[] = [];
  readonly #totals = { done: 0, failed: 0 };
  readonly #began = Date.now();
  #next = 1;

  constructor(runner: JobRunner, concurrency: number) {
    this.#runner = runner;
    this.#slots = Array.from({ length: concurrency }, () => ({ job: null, since: Date.now() }));
    for (const priority of Object.values(priorities).sort((a, b) => a - b)) this.#waiting.set(priority, new Set());
  }

  async run<Kind extends Job>(job: Kind, { signal, onProgress }: RunOptions = {}): Promise<OutcomeOf<Kind>> {
    return (await this.#run(job, signal, onProgress)) as OutcomeOf<Kind>;
  }

  overview(): Promise<JobOverview> {
    const minuteAgo = Date.now() - 60_000;
    const workers = this.#slots.map(({ job, since }, index): WorkerRecord => {
      const id = `${process.pid}-${index + 1}`;
      return { id, host: hostname(), state: job === null ? 'idle' : 'busy', since: iso(since), job: job?.id ?? null };
    });
    return Promise.resolve({
      queue: {
        ...this.#totals,
        waiting: [...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0),
        running: this.#slots.filter(({ job }) => job !== null).length,
        perMinute: this.#finished.filter((at) => at > minuteAgo).length,
        ownSince: iso(this.#began),
      },
      workers,
      jobs: [...this.#jobs.values()].reverse().slice(0, mostListedJobs).map(toRecord),
    });
  }

  change(id: string, to: 'cancel' | 'retry'): Promise<JobRecord | undefined> {
    const job = this.#jobs.get(id);
    if (job === undefined) return Promise.resolve(undefined);
    if (to === 'cancel' && (job.state === 'running' || job.state === 'waiting')) this.#cancel(job);
    const canRun = (job.state === 'failed' || job.state === 'cancelled') && job.image !== null;
    if (to === 'retry' && canRun) this.#retry(job);
    return Promise.resolve(toRecord(this.#jobs.get(id) ?? job));
  }

  close(): Promise<void> {
    return this.#runner.close();
  }

  async #run(job: Job, signal: AbortSignal | undefined, onProgress: RunOptions['onProgress']): Promise<Outcome> {
    const digest = await imageDigestInSlices(job.image);
    if (signal?.aborted === true) return failure(cancelled());
    const key = `${digest} ${callKey(job.call)}`;
    const known = this.#recent.find(key);
    if (known !== undefined) return success(known);
    const entry = this.#open.get(key) ?? this.#add(job, digest, key);
    return new Promise((resolve) => {
      const withdraw = (): void => {
        entry.askers.delete(asker);
        if (entry.askers.size === 0) this.#cancel(entry);
        resolve(failure(cancelled()));
      };
      const settle = (outcome: Outcome): void => {
        signal?.removeEventListener('abort', withdraw);
        resolve(outcome);
      };
      const asker: Asker = { settle, onProgress };
      entry.askers.add(asker);
      signal?.addEventListener('abort', withdraw, { once: true });
      this.#advance();
    });
  }

  #add({ image, call }: Job, digest: string, key: string): LocalJob {
    const { name, project = null, task = null } = image;
    return this.#enter({
      id: String(this.#next++),
      call,
      image: { ...image, digest, bytes: sharedBytes(image.bytes) },
      name,
      project,
      task,
      digest,
      key,
      createdAt: Date.now(),
      controller: new AbortController(),
      askers: new Set(),
      state: 'waiting',
      attempts: 0,
      reason: null,
      finishedAt: null,
    });
  }

  #enter(job: LocalJob): LocalJob {
    this.#jobs.delete(job.id);
    this.#jobs.set(job.id, job);
    this.#open.set(job.key, job);
    this.#line(job).add(job);
    this.#forget();
    return job;
  }

  #line({ call }: LocalJob): Set<LocalJob> {
    return this.#waiting.get(priorities[call.kind]) ?? new Set();
  }

  /** Gives free places to those whose turn it is. */
  #advance(): void {
    for (const line of this.#waiting.values()) {
      for (const job of line) {
        const slot = this.#slots.find((each) => each.job === null);
        if (slot === undefined) return;
        const isWorkedOn = this.#slots.some((each) => each.job?.digest === job.digest);
        if (!isWorkedOn) void this.#begin(job, slot);
      }
    }
  }

  async #begin(job: LocalJob, slot: Slot): Promise<void> {
    const { image, call, controller } = job;
    this.#line(job).delete(job);
    if (image === null) return;
    job.state = 'running';
    job.attempts++;
    Object.assign(slot, { job, since: Date.now() } satisfies Slot);
    const onProgress: RunOptions['onProgress'] = (progress) => {
      for (const asker of job.askers) asker.onProgress?.(progress);
    };
    const outcome = await this.#runner
      .run({ image, call } as Job, { signal: controller.signal, onProgress })
      .catch((thrown: unknown): Outcome => failure(asSamIAmError(thrown)));
    Object.assign(slot, { job: null, since: Date.now() } satisfies Slot);
    // Cancelled in its last moments it may be done all the same; who cancelled it was told that it is not.
    if (!controller.signal.aborted) this.#finish(job, outcome);
    this.#advance();
  }

  #finish(job: LocalJob, outcome: Outcome): void {
    const isCancelled = !outcome.ok && outcome.error.code === 'cancelled';
    job.state = outcome.ok ? 'done' : isCancelled ? 'cancelled' : 'failed';
    job.reason = outcome.ok || isCancelled ? null : outcome.error.message;
    if (outcome.ok) this.#count();
    else if (!isCancelled) this.#totals.failed++;
    if (outcome.ok) job.image = null;
    if (outcome.ok && 'materials' in outcome.value && job.call.kind === 'paint') {
      this.#recent.keep(job.key, outcome.value);
    }
    this.#end(job, outcome);
  }

  /** Whoever waits is told at once; a job that runs stops at its next step, and keeps its place until then. */
  #cancel(job: LocalJob): void {
    this.#line(job).delete(job);
    job.state = 'cancelled';
    job.controller.abort();
    this.#end(job, failure(cancelled()));
  }

  #end(job: LocalJob, outcome: Outcome): void {
    if (this.#open.get(job.key) === job) this.#open.delete(job.key);
    job.finishedAt = Date.now();
    for (const asker of job.askers) asker.settle(outcome);
    job.askers.clear();
  }

  /** Nobody waits for it, so that nobody can withdraw it either. */
  #retry(job: LocalJob): void {
    const again: LocalJob = {
      ...job,
      controller: new AbortController(),
      askers: new Set(),
      state: 'waiting',
      finishedAt: null,
    };
    this.#enter(again);
    this.#advance();
  }

  #count(): void {
    this.#totals.done++;
    this.#finished.push(Date.now());
    if (this.#finished.length > 10_000) this.#finished.splice(0, 5_000);
  }

  /** Old finished jobs go; only of the last failed ones the images stay. */
  #forget(): void {
    const finished = [...this.#jobs.values()].filter(({ finishedAt }) => finishedAt !== null);
    for (const { id } of finished.slice(0, Math.max(0, finished.length - mostListedJobs))) this.#jobs.delete(id);
    const kept = new Set(finished.filter(({ image }) => image !== null).slice(-mostRetried));
    for (const job of finished) if (!kept.has(job)) job.image = null;
  }
}

/** Two calls with the same key are the same work; a look is one person's own. */
function callKey(call: Job['call']): string {
  switch (call.kind) {
    case 'paint':
      return JSON.stringify(['paint', call.materials, call.profile?.modelVersion]);
    case 'click':
      return JSON.stringify(['click', call.prompt, { ...call.options, profile: call.options.profile?.modelVersion }]);
    case 'explore':
      return JSON.stringify(['explore', call.run]);
  }
}
