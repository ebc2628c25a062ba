import { z } from 'zod';

/** The states of a job as the API tells them. */
export const jobStates = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;

/** The schema of one job in the list. */
export const jobAnswer = z.object({
  id: z.string(),
  kind: z.string(),
  project: z.number().nullable(),
  task: z.number().nullable(),
  name: z.string(),
  state: z.enum(jobStates),
  attempts: z.number().int(),
  reason: z.string().nullable().describe('Why it failed.'),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});

/** One job as the page reads it. */
export type Job = z.infer<typeof jobAnswer>;

const queueFigures = z.object({
  waiting: z.number().int(),
  running: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
  perMinute: z.number(),
  ownSince: z
    .string()
    .nullable()
    .describe('Since when the jobs of this process are counted; null: those of all processes that share a Redis.'),
});

/** The schema of `GET /api/jobs`. */
export const jobsAnswer = z.object({
  queue: queueFigures,
  elsewhere: z
    .array(queueFigures.extend({ command: z.string(), host: z.string(), pid: z.number().int() }))
    .describe('Commands that work by themselves with the same data folder, for instance prelabel without REDIS_URL.'),
  workers: z.array(
    z.object({
      id: z.string(),
      host: z.string(),
      state: z.enum(['idle', 'busy']),
      since: z.string(),
      job: z.string().nullable(),
    }),
  ),
  jobs: z.array(jobAnswer).describe('Newest first, at most 200.'),
});

/** Jobs, workers and counts as the page reads them. */
export type JobsAnswer = z.infer<typeof jobsAnswer>;
