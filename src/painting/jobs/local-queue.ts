import { hostname } from 'node:os';
import { asSamIAmError } from '../../core/errors.js';
import { failure } from '../../core/result.js';
import type { SegmentationService } from '../segmentation-service.js';
import { cancelled } from '../turns.js';
import {
  type JobOverview,
  type JobQueue,
  type JobRecord,
  type JobState,
  mostListedJobs,
  type Painted,
  type PaintJob,
  runJob,
  type WorkerRecord,
} from './paint-job.js';

interface LocalJob {
  readonly id: string;
  readonly job: PaintJob;
  readonly createdAt: number;
  readonly controller: AbortController;
  state: Exclude<JobState, 'waiting'>;
  attempts: number;
  reason: string | null;
  finishedAt: number | null;
}

/** Images of this many failed jobs are kept, so that they can be run again. */
const mostRetried = 20;

/** Jobs of one process: they go straight to its service, which has its own turns; what is left to do here is the list of them. */
export class LocalQueue implements JobQueue {
  readonly #service: SegmentationService;
  readonly #concurrency: number;
  readonly #jobs = new Map<string, LocalJob>();
  readonly #finished: number[] = [];
  readonly #totals = { done: 0, failed: 0 };
  readonly #started = Date.now();
  #next = 1;

  constructor(service: SegmentationService, concurrency: number) {
    this.#service = service;
    this.#concurrency = concurrency;
  }

  run({ image, call }: PaintJob, signal?: AbortSignal): Promise<Painted> {
    // The service may hand the bytes over to a thread; a failed job needs them again.
    const job = { image: { ...image, bytes: Uint8Array.from(image.bytes) }, call };
    const entry: LocalJob = {
      id: String(this.#next++),
      job,
      createdAt: Date.now(),
      controller: new AbortController(),
      state: 'running',
      attempts: 0,
      reason: null,
      finishedAt: null,
    };
    this.#jobs.set(entry.id, entry);
    this.#forget();
    return this.#begin(entry, { image, call }, signal);
  }

  overview(): Promise<JobOverview> {
    const running = this.#running();
    const minuteAgo = Date.now() - 60_000;
    const open = [...this.#jobs.values()].filter(({ state }) => state === 'running').length;
    const workers = Array.from({ length: this.#concurrency }, (_, index): WorkerRecord => {
      const job = [...running][index];
      const since = job === undefined ? (this.#finished.at(-1) ?? this.#started) : job.createdAt;
      const state = job === undefined ? 'idle' : 'busy';
      return { id: `${process.pid}-${index + 1}`, host: hostname(), state, since: iso(since), job: job?.id ?? null };
    });
    return Promise.resolve({
      queue: {
        ...this.#totals,
        waiting: open - running.size,
        running: running.size,
        perMinute: this.#finished.filter((at) => at > minuteAgo).length,
      },
      workers,
      jobs: [...this.#jobs.values()]
        .reverse()
        .slice(0, mostListedJobs)
        .map((entry) => toRecord(entry, running)),
    });
  }

  change(id: string, to: 'cancel' | 'retry'): Promise<JobRecord | undefined> {
    const entry = this.#jobs.get(id);
    if (entry === undefined) return Promise.resolve(undefined);
    if (to === 'cancel' && entry.state === 'running') {
      entry.controller.abort();
      entry.state = 'cancelled';
      entry.finishedAt = Date.now();
    }
    const canRun = (entry.state === 'failed' || entry.state === 'cancelled') && entry.job.image.bytes.length > 0;
    if (to === 'retry' && canRun) {
      const again: LocalJob = { ...entry, controller: new AbortController(), state: 'running', finishedAt: null };
      this.#jobs.delete(id);
      this.#jobs.set(id, again);
      const { image, call } = entry.job;
      void this.#begin(again, { image: { ...image, bytes: Uint8Array.from(image.bytes) }, call }, undefined);
    }
    return Promise.resolve(toRecord(this.#jobs.get(id) ?? entry, this.#running()));
  }

  close(): Promise<void> {
    return this.#service.close();
  }

  async #begin(entry: LocalJob, job: PaintJob, signal: AbortSignal | undefined): Promise<Painted> {
    entry.attempts++;
    const own = entry.controller.signal;
    const outcome = await runJob(job, this.#service, signal === undefined ? own : AbortSignal.any([own, signal])).catch(
      (thrown: unknown): Painted => failure(asSamIAmError(thrown)),
    );
    // Cancelled in its last moments it may be painted all the same; who cancelled it was told that it is not.
    const painted: Painted = own.aborted ? failure(cancelled()) : outcome;
    entry.finishedAt = Date.now();
    const isCancelled = !painted.ok && painted.error.code === 'cancelled';
    entry.state = painted.ok ? 'done' : isCancelled ? 'cancelled' : 'failed';
    entry.reason = painted.ok || isCancelled ? null : painted.error.message;
    if (painted.ok) {
      this.#totals.done++;
      this.#finished.push(entry.finishedAt);
      if (this.#finished.length > 10_000) this.#finished.splice(0, 5_000);
    } else if (!isCancelled) this.#totals.failed++;
    return painted;
  }

  /** The pool begins with clicks, then goes by age. */
  #running(): Set<LocalJob> {
    const open = [...this.#jobs.values()].filter(({ state }) => state === 'running');
    const clicks = open.filter(({ job }) => job.call.kind === 'click');
    const paintings = open.filter(({ job }) => job.call.kind === 'paint');
    return new Set([...clicks, ...paintings].slice(0, this.#concurrency));
  }

  /** Old finished jobs go; only of the last failed ones the images stay. */
  #forget(): void {
    const finished = [...this.#jobs.values()].filter(({ state }) => state !== 'running');
    for (const { id } of finished.slice(0, Math.max(0, finished.length - mostListedJobs))) this.#jobs.delete(id);
    const failed = finished.filter(({ state }) => state !== 'done').slice(-mostRetried);
    for (const entry of finished) {
      if (failed.includes(entry) || entry.job.image.bytes.length === 0) continue;
      const { image, call } = entry.job;
      this.#jobs.set(entry.id, { ...entry, job: { image: { ...image, bytes: new Uint8Array() }, call } });
    }
  }
}

function toRecord(entry: LocalJob, running: ReadonlySet<LocalJob>): JobRecord {
  const { id, job, attempts, reason, createdAt, finishedAt } = entry;
  const state = entry.state === 'running' && !running.has(entry) ? 'waiting' : entry.state;
  return {
    id,
    kind: job.call.kind,
    name: job.image.name,
    state,
    attempts,
    reason,
    project: job.image.project ?? null,
    task: job.image.task ?? null,
    createdAt: iso(createdAt),
    finishedAt: finishedAt === null ? null : iso(finishedAt),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
