import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SamIAmError } from '../core/errors.js';
import type { ModelEntry, ModelFile } from './model-manifest.js';
import { modelManifest } from './model-manifest.js';

/** Reads `manifest.json` in `folder`. */
export async function readModelEntries(folder: string): Promise<ModelEntry[]> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SamIAmError('model.unknown', `the model manifest ${path} can't be read`, {
      hint: 'Run sam-i-am from a complete installation: the folder models/ belongs to it.',
      cause,
    });
  });
  const parsed = modelManifest.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.models;
  const issue = parsed.error.issues[0];
  throw new SamIAmError('model.incompatible', `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, {
    hint: 'Restore the manifest from the release, or mend the entry.',
  });
}

/** The entry with this id and kind. */
export function findModel<Kind extends ModelEntry['kind']>(
  entries: readonly ModelEntry[],
  kind: Kind,
  id: string,
): Extract<ModelEntry, { kind: Kind }> {
  const ofKind = entries.filter((entry): entry is Extract<ModelEntry, { kind: Kind }> => entry.kind === kind);
  const found = ofKind.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  throw new SamIAmError('model.unknown', `there is no ${kind} model called ${id}`, {
    hint: `Choose one of: ${ofKind.map((entry) => entry.id).join(', ')}.`,
  });
}

/** The path of a model's file after checking that it is whole: length and sha256 as the manifest says. */
export async function verifiedModelPath(folder: string, file: ModelFile): Promise<string> {
  const path = join(folder, file.path);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw damaged(path, 'is missing', cause);
  });
  if (bytes.length !== file.bytes) throw damaged(path, `has ${bytes.length} bytes instead of ${file.bytes}`);
  if (createHash('sha256').update(bytes).digest('hex') !== file.sha256)
    throw damaged(path, 'is altered (sha256 differs)');
  return path;
}

function damaged(path: string, what: string, cause?: unknown): SamIAmError {
  return new SamIAmError('model.checksum', `the model file ${path} ${what}`, {
    hint: 'Restore it from the release or a fresh checkout; weights must match models/manifest.json.',
    cause,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
