import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { errorCodes, SamIAmError } from '../../core/errors.js';
import { parseJson } from '../../core/parse-json.js';
import type { Exploration } from '../../pipeline/exploration.js';
import { timedSteps } from '../../pipeline/timings.js';
import { imageDigest } from '../image-digest.js';
import type { PaintedMicrograph } from '../segmentation-service.js';
import type { Progress } from '../threads/progress-flag.js';
import type { Job } from './paint-job.js';

/*
 * What lies in Redis. BullMQ keeps the jobs themselves, small; images and results have keys of their own, so that lists of jobs
 * stay light. Each model version has its own queue: a worker never paints for a version that it has not loaded.
 */

const prefix = 'sam-i-am';

/** Results are kept for whoever asks for the same again. */
export const resultMs = 600_000;
/** An image that nobody works on in this time is given up; its asker would send it anew. */
export const imageMs = 24 * 3_600_000;
/** A worker that has not been heard of for so long is gone. */
export const workerMs = 15_000;
/** How often a running job is asked whether anyone still wants it, and an awaited one whether it is done. */
export const lookMs = 1_000;

/** How often a job may end the process that works on it. */
export const mostCrashes = 3;
/** How often its worker may vanish altogether, which may have any cause: a kill, a lost machine. */
export const mostVanished = 10;

/** The names of everything that belongs to one model version. */
export function queueKeys(modelVersion: string) {
  const own = `${prefix}:${modelVersion}`;
  return {
    prefix,
    queue: `paint-${modelVersion}`,
    image: (id: string) => `${own}:image:${id}`,
    result: (id: string) => `${own}:result:${id}`,
    /** Why a job is not wanted any more. */
    cancelled: (id: string) => `${own}:cancelled:${id}`,
    /** How far a micrograph that a person looks at has come. */
    progress: (id: string) => `${own}:progress:${id}`,
    /** The channel on which workers name each job that has ended. */
    news: `${own}:news`,
    worker: (id: string) => `${own}:worker:${id}`,
  };
}

/** The names under which a queue keeps things in Redis. */
export type QueueKeys = ReturnType<typeof queueKeys>;

const kind = z.enum(['paint', 'click', 'explore']) satisfies z.ZodType<Job['call']['kind']>;
const jobData = z.object({ kind, name: z.string(), project: z.number().nullable(), task: z.number().nullable() });

/** What BullMQ keeps of a job. */
export type JobData = Readonly<z.infer<typeof jobData>>;

/** What BullMQ says of a job, as far as it is one of ours: whoever reaches Redis can write there. */
export function readJobData(data: unknown): JobData | undefined {
  return jobData.safeParse(data).data;
}

/** Waits for a Redis that is away for as long as it takes, and sends what was asked meanwhile. */
export function openRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, { ...connectionOptions, lazyConnect: true });
  redis.on('error', onError);
  return redis;
}

/** A lost connection is tried again for as long as the process lives, at most every two seconds. */
export const connectionOptions = {
  maxRetriesPerRequest: null,
  retryStrategy: (times: number) => Math.min(times * 100, 2_000),
} as const;

/** The same image and call is the same job, whoever asks. */
export function jobId({ image, call }: Job): string {
  return `job-${createHash('sha256').update(imageDigest(image)).update(serialize(call)).digest('hex').slice(0, 32)}`;
}

const lengthBytes = 4;

/** One value, in parts: the length of what belongs to the image, that, then the bytes of the image as they are. */
export function packJob({ image, call }: Job): readonly Uint8Array[] {
  const { bytes, ...about } = image;
  const rest = serialize({ about, call });
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(rest.length);
  return [length, rest, bytes];
}

const packedJob = z.object({
  about: z.looseObject({ name: z.string() }),
  call: z.looseObject({ kind }),
});

/** The job that was packed; a `request.invalid` error for what no server of ours has written. */
export function unpackJob(packed: Buffer): Job {
  const end = packed.length < lengthBytes ? Infinity : lengthBytes + packed.readUInt32LE();
  const read =
    end <= packed.length ? packedJob.safeParse(deserialized(packed.subarray(lengthBytes, end))).data : undefined;
  if (read === undefined) throw noJob();
  return { image: { ...read.about, bytes: packed.subarray(end) }, call: read.call } as unknown as Job;
}

/** Plain values only: this format knows no classes. Undefined for what is none. */
function deserialized(bytes: Buffer): unknown {
  try {
    return deserialize(bytes);
  } catch {
    return undefined;
  }
}

function noJob(): SamIAmError {
  return new SamIAmError('request.invalid', 'what lies in Redis for this job is no job of sam-i-am', {
    hint: 'Let nobody else write to this Redis: set a password, and keep it off the network.',
  });
}

/** What came of a job, as bytes for Redis. */
export function packResult(value: PaintedMicrograph | Exploration): Buffer {
  return serialize(value);
}

/** Of a painting {@link PaintedMicrograph}, of looking {@link Exploration}: whoever asked knows which. */
export function unpackResult(bytes: Buffer): PaintedMicrograph | Exploration {
  return deserialize(bytes) as PaintedMicrograph | Exploration;
}

const progressSchema = z.object({ step: z.enum(timedSteps).nullable(), rounds: z.number() });

/** How far a job is; undefined where nothing, or something unknown, was told. */
export function unpackProgress(text: string | null): Progress | undefined {
  return progressSchema.safeParse(parseJson(text ?? '')).data;
}

const failureSchema = z.object({ code: z.enum(errorCodes), message: z.string(), hint: z.string() });

/** A failure as the text that BullMQ keeps of it. */
export function packFailure({ code, message, hint }: SamIAmError): string {
  return JSON.stringify({ code, message, hint });
}

/** Why a job failed, as its worker wrote it; a text that no worker wrote becomes `internal`. */
export function unpackFailure(reason: string | undefined): SamIAmError {
  const parsed = failureSchema.safeParse(parseJson(reason ?? ''));
  if (parsed.success) return new SamIAmError(parsed.data.code, parsed.data.message, { hint: parsed.data.hint });
  if (reason?.includes('stalled') === true) {
    return setAside(`its workers vanished ${mostVanished} times`);
  }
  return new SamIAmError('internal', reason ?? 'the job failed', { hint: "Look into the workers' logs." });
}

/** An image that does harm is not tried for ever. */
export function setAside(why: string): SamIAmError {
  return new SamIAmError('image.crashing', `the image is set aside: ${why}`, {
    hint: 'Shrink it or store it in another format; sam-i-am segment on a copy of it shows what happens.',
  });
}
