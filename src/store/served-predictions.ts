import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { diskError } from './disk-error.js';
import { safeName } from './safe-name.js';
import { writeWhole } from './write-whole.js';

const bytes = z.codec(
  z.base64(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
    encode: (raw) => Buffer.from(raw).toString('base64'),
  },
);

const servedRegion = z.object({
  id: z.string(),
  label: z.string(),
  fromName: z.string(),
  toName: z.string(),
  /** The page of an image with several. */
  itemIndex: z.number().optional(),
  /** Pixels of the image as a browser shows it. */
  width: z.number(),
  height: z.number(),
  score: z.number(),
  /** Label Studio's brush run-length bytes. */
  brushRle: bytes,
});

const servedPrediction = z.object({
  /** As Label Studio names it: `<project id>.<time of creation>`. */
  project: z.string(),
  task: z.union([z.number(), z.string()]),
  modelVersion: z.string(),
  /** ISO 8601. */
  servedAt: z.iso.datetime(),
  /** The settings that the prediction depends on. */
  parameters: z.record(z.string(), z.unknown()),
  /** What the user pointed at; empty for a prediction of the whole task. */
  prompts: z.array(z.unknown()),
  score: z.number(),
  regions: z.array(servedRegion),
});

/** One painted mask of a {@link ServedPrediction}. */
export type ServedRegion = Readonly<z.infer<typeof servedRegion>>;

/** A prediction as it was sent to Label Studio. */
export type ServedPrediction = Readonly<z.infer<typeof servedPrediction>>;

/**
 * Copies of the predictions that were served: Label Studio forgets them when they are deleted, and never had those of clicks.
 * One small file per prediction, so that a copy is there whole or not at all, whatever stops the process.
 */
export interface ServedPredictions {
  record(prediction: ServedPrediction): Promise<void>;
  /** Those of a task, the newest first; `project` is Label Studio's project id. */
  find(project: number | string, task: number | string): Promise<ServedPrediction[]>;
}

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Keeps the copies below `folder/predictions/<project id>/<task id>/`. */
export function openServedPredictions(folder: string): ServedPredictions {
  const folderOf = (project: number | string, task: number | string) => {
    const [projectId = ''] = String(project).split('.');
    return path.join(folder, 'predictions', safeName(projectId), safeName(String(task)));
  };
  return {
    async record(prediction) {
      const target = folderOf(prediction.project, prediction.task);
      const name = `${prediction.servedAt.replace(/[:.]/g, '-')}-${randomBytes(4).toString('hex')}.json.gz`;
      const content = await pack(JSON.stringify(z.encode(servedPrediction, prediction)));
      await writeWhole(path.join(target, name), content).catch((thrown: unknown) => {
        throw diskError(thrown, target);
      });
    },
    async find(project, task) {
      const source = folderOf(project, task);
      const names = (await readdir(source).catch(() => [])).filter((name) => /^[^.].*\.json\.gz$/.test(name));
      const newestFirst = names.sort().reverse();
      const found = await Promise.all(newestFirst.map((name) => read(path.join(source, name))));
      return found.flatMap((prediction) => prediction ?? []);
    },
  };
}

/** Undefined for a copy that was damaged: it must not hide the others. */
async function read(file: string): Promise<ServedPrediction | undefined> {
  try {
    return servedPrediction.parse(JSON.parse((await unpack(await readFile(file))).toString()));
  } catch {
    return undefined;
  }
}
