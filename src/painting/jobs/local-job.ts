import type { Job, JobRecord, JobState, OnProgress, Outcome } from './paint-job.js';

/** One job of a queue in this process, with those who wait for it. */
export interface LocalJob {
  readonly id: string;
  readonly call: Job['call'];
  /** Without its bytes once they are not needed any more. */
  image: Job['image'] | null;
  readonly name: string;
  readonly project: number | null;
  readonly task: number | null;
  /** Of the image: of two jobs with the same, one runs at a time, so that it is encoded once. */
  readonly digest: string;
  /** Of image and call: equal work is done once for all who ask. */
  readonly key: string;
  readonly createdAt: number;
  readonly controller: AbortController;
  readonly askers: Set<Asker>;
  state: JobState;
  attempts: number;
  reason: string | null;
  finishedAt: number | null;
}

/** Who waits for a job. */
export interface Asker {
  readonly settle: (outcome: Outcome) => void;
  readonly onProgress: OnProgress | undefined;
}

/** A job as it is listed. */
export function toRecord({ id, call, attempts, reason, createdAt, finishedAt, ...job }: LocalJob): JobRecord {
  const { name, project, task, state } = job;
  return {
    id,
    kind: call.kind,
    name,
    state,
    attempts,
    reason,
    project,
    task,
    createdAt: iso(createdAt),
    finishedAt: finishedAt === null ? null : iso(finishedAt),
  };
}

/** A time in milliseconds since 1970 as ISO 8601. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
