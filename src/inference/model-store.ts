import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { SamIAmError } from '../core/errors.js';
import { parseJson } from '../core/parse-json.js';
import {
  type Checkpoint,
  checkpointManifest,
  type ModelEntry,
  type ModelFile,
  modelManifest,
} from './model-manifest.js';

/** An entry and the folder that its paths start from. */
export type StoredModel<Entry extends ModelEntry = ModelEntry> = Entry & { readonly folder: string };

/** Reads `manifest.json` in `folder`. */
export async function readModelEntries(folder: string): Promise<ModelEntry[]> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SamIAmError('model.unknown', `the model manifest ${path} can't be read`, {
      hint: 'Run sam-i-am from a complete installation: the folder models/ belongs to it.',
      cause,
    });
  });
  return parseManifest(path, text, modelManifest).models;
}

/** The checkpoints that can be pulled: `checkpoints.json` in `folder`. */
export async function readCheckpoints(folder: string): Promise<Checkpoint[]> {
  const path = join(folder, 'checkpoints.json');
  return parseManifest(path, await readFile(path, 'utf8'), checkpointManifest).checkpoints;
}

/** Where models lie: the installation's own, then the user's, which need not exist. */
export type ModelFolders = readonly [embedded: string, ...added: string[]];

/** The models of the installation and those that the user added; a folder without a manifest beyond the first has none. */
export async function readStoredModels(...folders: ModelFolders): Promise<StoredModel[]> {
  const stored: StoredModel[] = [];
  for await (const models of storedIn(folders)) stored.push(...models);
  return stored;
}

/** Folder by folder, so that who has found a model reads no further. */
async function* storedIn(folders: ModelFolders): AsyncGenerator<StoredModel[]> {
  for (const folder of folders) {
    if (folder !== folders[0] && !(await exists(join(folder, 'manifest.json')))) continue;
    yield (await readModelEntries(folder)).map((entry) => ({ ...entry, folder }));
  }
}

function parseManifest<Schema extends z.ZodType>(path: string, text: string, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SamIAmError('model.incompatible', `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, {
    hint: 'Restore the manifest from the release, or mend the entry.',
  });
}

/** The entry with this id and kind. */
export function findModel<Entry extends ModelEntry, Kind extends Entry['kind']>(
  entries: readonly Entry[],
  kind: Kind,
  id: string,
): Extract<Entry, { kind: Kind }> {
  const ofKind = entries.filter((entry): entry is Extract<Entry, { kind: Kind }> => entry.kind === kind);
  const found = ofKind.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  throw new SamIAmError('model.unknown', `there is no ${kind} model called ${id}`, {
    hint: `Choose one of: ${ofKind.map((entry) => entry.id).join(', ')}; sam-i-am models list shows what can be had.`,
  });
}

/**
 * The entry with this id and kind in the first of the folders that has it. The installation's own comes first, so that
 * a damaged manifest of the user matters to whoever uses a model of it, and to nobody else.
 */
export async function findStoredModel<Kind extends ModelEntry['kind']>(
  folders: ModelFolders,
  kind: Kind,
  id: string,
): Promise<Extract<StoredModel, { kind: Kind }>> {
  const seen: StoredModel[] = [];
  for await (const models of storedIn(folders)) {
    seen.push(...models);
    if (models.some((entry) => entry.kind === kind && entry.id === id)) break;
  }
  return findModel(seen, kind, id);
}

/** The path of a model's file after checking that it is whole: length and sha256 as the manifest says. */
export async function verifiedModelPath(folder: string, file: ModelFile): Promise<string> {
  const path = join(folder, file.path);
  const problem = await findDamage(path, file);
  if (problem === undefined) return path;
  throw new SamIAmError('model.checksum', `the model file ${path} ${problem}`, {
    hint: 'Restore it from the release, or add the model again (sam-i-am models add); weights must match the manifest.',
  });
}

/** What is wrong with a file whose length and sha256 are known; undefined if nothing is. */
export async function findDamage(
  path: string,
  expected: { readonly bytes: number; readonly sha256: string },
): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'is missing';
  if (found.size !== expected.bytes) return `has ${found.size} bytes instead of ${expected.bytes}`;
  return (await sha256Of(path)) === expected.sha256 ? undefined : 'is altered (sha256 differs)';
}

/** Hexadecimal sha256 of a file, read piece by piece. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
