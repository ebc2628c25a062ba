import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { SamIAmError } from '../core/errors.js';
import { parseJson } from '../core/parse-json.js';
import { safeName } from './safe-name.js';
import { writeDurably } from './write-whole.js';

const share = z.number().nullable();
/** Sha256 of the file's JSON without this: bits that flipped on the disk are seen. Files of earlier versions have none. */
const digest = z.string().optional();
const imageScore = z.object({ named: z.number(), plain: z.number() });

/** How a profile came about. */
const trainingRecord = z.strictObject({
  version: z.int().positive(),
  /** ISO 8601. */
  createdAt: z.string(),
  /** The version of the models without a profile. */
  baseVersion: z.string(),
  /** Accepted images that it was learned from. */
  images: z.number(),
  /** Mean label-aware IoU on images that were held out; null where none could be. */
  heldOutIou: share,
  /** The same without a profile. */
  zeroShotIou: share,
  digest,
  scores: z.array(
    z.object({ task: z.string(), annotation: z.string(), heldOut: imageScore.nullable(), zeroShot: imageScore }),
  ),
});

/** What a training says of itself, without the version that the store gives it. */
export type TrainingRecord = Readonly<z.infer<typeof trainingRecord>>;

const storedProfile = z.looseObject({ training: trainingRecord });

/** One version of a project's profile. */
export interface StoredProfile {
  readonly training: TrainingRecord;
  /** The name under which predictions made with it are known. */
  readonly modelVersion: string;
  readonly active: boolean;
  readonly file: string;
  /** The whole file: the profile with `training` in it. */
  readonly content: unknown;
}

const lastTraining = z.object({
  finishedAt: z.string(),
  outcome: z.enum(['adopted', 'refused', 'failed']),
  reason: z.string(),
  version: z.string().nullable(),
});

/** How the last training of a project ended. */
export type LastTraining = Readonly<z.infer<typeof lastTraining>>;

const pointer = z.object({ version: z.int().positive().nullable() });

/**
 * The profiles of projects, in `folder/profiles/<project id>/`: a file per version, never changed, and `active.json`, which names the one in use.
 * A version is on the disk before it is named there, and both files appear whole or not at all, so that whatever stops the process, the live profile
 * is the old one or the new one. Other processes see a switch at once.
 */
export interface ProfileStore {
  list(project: string): Promise<StoredProfile[]>;
  active(project: string): Promise<StoredProfile | undefined>;
  /** The file of the active version, where it can't be read or was altered. */
  damagedFile(project: string): Promise<string | undefined>;
  /** Changes whenever the active profile may have changed; cheap. */
  stamp(project: string): Promise<string>;
  /** Keeps a profile as the next version and makes it the active one. */
  adopt(project: string, profile: object, training: Omit<TrainingRecord, 'version' | 'digest'>): Promise<StoredProfile>;
  /** Back to `version`, or to the one before the active one; before the first there is none (null), and predictions are made without a profile. */
  rollback(project: string, version?: string): Promise<StoredProfile | null>;
  lastTraining(project: string): Promise<LastTraining | null>;
  recordTraining(project: string, last: LastTraining): Promise<void>;
  /** Where the files of a project are. */
  folderOf(project: string): string;
}

/** The profiles under a folder, one folder for each project; nothing is read yet. */
export function openProfileStore(folder: string): ProfileStore {
  const files = new ProfileFiles(folder);
  const lastTrainingPath = (project: string): string => path.join(files.folderOf(project), 'last-training.json');
  return {
    folderOf: (project) => files.folderOf(project),
    list: (project) => files.list(project),
    active: (project) => files.active(project),
    damagedFile: (project) => files.damagedFile(project),
    async stamp(project) {
      const found = await stat(files.activePath(project), { bigint: true }).catch(() => undefined);
      return found === undefined ? '' : `${found.mtimeNs} ${found.ino}`;
    },
    async adopt(project, profile, training) {
      const version = ((await files.numbers(project)).at(-1) ?? 0) + 1;
      const content = { ...profile, training: { ...training, version } };
      const sealed = { ...content, training: { ...content.training, digest: digestOf(content) } };
      const text = `${JSON.stringify(sealed)}\n`;
      await writeDurably(files.pathOf(project, version), text);
      await files.activate(project, version);
      const adopted = await files.read(project, version, version);
      if (adopted === undefined) throw new Error(`the profile ${files.pathOf(project, version)} can't be read again`);
      return adopted;
    },
    async rollback(project, version) {
      const known = await files.list(project);
      const target = version === undefined ? before(known) : findVersion(known, version, project);
      await files.activate(project, target?.training.version ?? null);
      return target === undefined ? null : { ...target, active: true };
    },
    async lastTraining(project) {
      return lastTraining.safeParse(await readJson(lastTrainingPath(project))).data ?? null;
    },
    recordTraining: (project, last) => writeDurably(lastTrainingPath(project), `${JSON.stringify(last)}\n`),
  };
}

/** Where versions are, and which one is active. */
class ProfileFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  folderOf(project: string): string {
    return path.join(this.#folder, 'profiles', safeName(project.split('.')[0] ?? ''));
  }

  activePath(project: string): string {
    return path.join(this.folderOf(project), 'active.json');
  }

  pathOf(project: string, number: number): string {
    return path.join(this.folderOf(project), `${String(number).padStart(4, '0')}.json`);
  }

  activate(project: string, version: number | null): Promise<void> {
    return writeDurably(this.activePath(project), `${JSON.stringify({ version, at: new Date().toISOString() })}\n`);
  }

  async numbers(project: string): Promise<number[]> {
    const names = await readdir(this.folderOf(project)).catch(() => []);
    return names.flatMap((name) => (/^\d+\.json$/.test(name) ? Number.parseInt(name, 10) : [])).sort((a, b) => a - b);
  }

  async read(project: string, number: number, active: number | null): Promise<StoredProfile | undefined> {
    const file = this.pathOf(project, number);
    const text = await readFile(file, 'utf8').catch(() => '');
    const written = parseJson(text);
    const content = storedProfile.safeParse(written).data;
    if (content === undefined || !isWhole(written)) return undefined;
    const { training } = content;
    return { training, modelVersion: versionName(training, text), active: number === active, file, content };
  }

  async active(project: string): Promise<StoredProfile | undefined> {
    const number = await this.#activeNumber(project);
    return number === null ? undefined : this.read(project, number, number);
  }

  async damagedFile(project: string): Promise<string | undefined> {
    const text = await readFile(this.activePath(project), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const known = pointer.safeParse(parseJson(text)).data;
    if (known === undefined) return this.activePath(project);
    const { version } = known;
    if (version === null || (await this.read(project, version, version)) !== undefined) return undefined;
    return this.pathOf(project, version);
  }

  async list(project: string): Promise<StoredProfile[]> {
    const active = await this.#activeNumber(project);
    const all = await Promise.all((await this.numbers(project)).map((number) => this.read(project, number, active)));
    return all.flatMap((each) => each ?? []);
  }

  async #activeNumber(project: string): Promise<number | null> {
    return pointer.safeParse(await readJson(this.activePath(project))).data?.version ?? null;
  }
}

/** `content` as it was written: the order of its keys counts. */
function isWhole(content: unknown): boolean {
  const { training } = content as { readonly training: Readonly<Record<string, unknown>> };
  const { digest: written, ...rest } = training;
  return written === undefined || written === digestOf({ ...(content as object), training: rest });
}

function digestOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** Number and content: after a lost data folder the numbers start over, the names do not. */
function versionName({ baseVersion, version }: TrainingRecord, text: string): string {
  return `${baseVersion}-p${version}-${createHash('sha256').update(text).digest('hex').slice(0, 6)}`;
}

function before(known: readonly StoredProfile[]): StoredProfile | undefined {
  const active = known.findIndex((each) => each.active);
  return active < 0 ? undefined : known[active - 1];
}

/** By its full name or its number. */
function findVersion(known: readonly StoredProfile[], version: string, project: string): StoredProfile {
  const found = known.find(
    ({ modelVersion, training }) => modelVersion === version || String(training.version) === version.replace(/^p/, ''),
  );
  if (found !== undefined) return found;
  const names = known.map(({ modelVersion }) => modelVersion).join(', ');
  throw new SamIAmError('usage.invalid', `project ${project} has no profile ${version}`, {
    hint: names === '' ? 'Train one first: sam-i-am train --project ID.' : `Choose one of: ${names}.`,
  });
}

async function readJson(file: string): Promise<unknown> {
  return parseJson(await readFile(file, 'utf8').catch(() => ''));
}
