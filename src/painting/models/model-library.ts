import { copyFile, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { SamIAmError } from '../../core/errors.js';
import { withoutTrailing } from '../../core/without-trailing.js';
import { download, type DownloadOptions } from '../../inference/download.js';
import {
  type Checkpoint,
  filesOf,
  type ModelEntry,
  modelEntry,
  type ModelFile,
} from '../../inference/model-manifest.js';
import {
  findDamage,
  readCheckpoints,
  readModelEntries,
  readStoredModels,
  sha256Of,
  type StoredModel,
} from '../../inference/model-store.js';
import { openOrtSession } from '../../inference/ort-session.js';
import { whyNoGraph } from '../../inference/why-no-graph.js';
import { detectLayout, isEncoder } from '../../sam/layouts/detect-layout.js';
import { withLock } from '../../store/process-lock.js';
import { putWhole, writeWhole } from '../../store/write-whole.js';
import { addedModelsFolder, modelsFolder } from './load-models.js';

/** Everything that can be chosen with MODEL, added, or pulled. */
export interface Library {
  readonly models: readonly StoredModel[];
  readonly checkpoints: readonly (Checkpoint & { readonly path: string; readonly present: boolean })[];
}

/** All models that are installed or can be had, for `sam-i-am models`. */
export async function readLibrary(dataDir: string): Promise<Library> {
  const models = await readStoredModels(modelsFolder, addedModelsFolder(dataDir));
  const checkpoints = await Promise.all(
    (await readCheckpoints(modelsFolder)).map(async (checkpoint) => {
      const path = checkpointPath(dataDir, checkpoint);
      return { ...checkpoint, path, present: (await stat(path).catch(() => undefined)) !== undefined };
    }),
  );
  return { models, checkpoints };
}

function checkpointPath(dataDir: string, { file }: Checkpoint): string {
  return join(addedModelsFolder(dataDir), 'checkpoints', file);
}

/** Downloads a public checkpoint, from its own address or from a mirror (an address that ends before the file's name). */
export async function pullCheckpoint(
  dataDir: string,
  id: string,
  options: DownloadOptions & { readonly mirror?: string },
): Promise<Checkpoint & { readonly path: string }> {
  const checkpoints = await readCheckpoints(modelsFolder);
  const checkpoint = checkpoints.find((each) => each.id === id);
  if (checkpoint === undefined) {
    throw new SamIAmError('model.unknown', `there is no checkpoint called ${id}`, {
      hint: `Choose one of: ${checkpoints.map((each) => each.id).join(', ')}; other files are added with sam-i-am models add.`,
    });
  }
  const path = checkpointPath(dataDir, checkpoint);
  if ((await findDamage(path, checkpoint)) !== undefined) {
    const { mirror } = options;
    const address = mirror === undefined ? checkpoint.address : `${withoutTrailing(mirror, '/')}/${checkpoint.file}`;
    await download(address, path, checkpoint, options);
  }
  return { ...checkpoint, path };
}

/** What became of one model's files. */
export interface Verification {
  readonly id: string;
  /** Path and what is wrong with it; empty: all whole. */
  readonly damages: readonly string[];
}

/** Compares every file of one model, or of all, with its manifest entry. */
export async function verifyModels(dataDir: string, id: string | undefined): Promise<Verification[]> {
  const { models, checkpoints } = await readLibrary(dataDir);
  const known = [
    ...models.map((model) => ({
      id: model.id,
      files: filesOf(model).map((file) => ({ ...file, path: join(model.folder, file.path) })),
    })),
    ...checkpoints.filter(({ present }) => present).map((checkpoint) => ({ id: checkpoint.id, files: [checkpoint] })),
  ];
  const chosen = known.filter((each) => id === undefined || each.id === id);
  if (chosen.length === 0) {
    throw new SamIAmError('model.unknown', `there is no model called ${id ?? ''} here`, {
      hint: `Choose one of: ${known.map((each) => each.id).join(', ')}.`,
    });
  }
  return Promise.all(
    chosen.map(async ({ id, files }) => {
      const problems = await Promise.all(files.map((file) => findDamage(file.path, file)));
      return { id, damages: problems.flatMap((problem, i) => (problem ? [`${files[i]?.path ?? ''} ${problem}`] : [])) };
    }),
  );
}

/** How added files are known. */
export interface AddOptions {
  /** Default: the name of the files' folder. */
  readonly id?: string;
  readonly licence?: string;
}

/** What was added: a model to choose with MODEL, or a checkpoint that must still be exported. */
export type AddedModel =
  | { readonly kind: 'model'; readonly id: string }
  | { readonly kind: 'checkpoint'; readonly id: string; readonly path: string };

/**
 * Adds a model from files at hand: a folder that training/sam_export wrote, an encoder and a decoder graph of any known layout, or a public
 * checkpoint that was fetched by other means. Files are copied and checked; the manifest is written last, whole or not at all.
 */
export async function addModel(dataDir: string, paths: readonly string[], options: AddOptions): Promise<AddedModel> {
  const [first, second] = paths;
  if (first === undefined || paths.length > 2) throw unfit('Give a folder, a checkpoint, or two graphs');
  for (const path of paths) await mustExist(path);
  if (paths.length === 1 && (await stat(first)).isDirectory()) return addFolder(dataDir, first, options);
  if (paths.length === 1 && extname(first) !== '.onnx') return addCheckpoint(dataDir, first);
  if (second === undefined) throw unfit(`${first} is one graph, and a model has two`);
  return addPair(dataDir, [first, second], options);
}

async function addFolder(dataDir: string, folder: string, options: AddOptions): Promise<AddedModel> {
  const path = join(folder, 'model.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) throw unfit(`${folder} holds no model.json`);
  const parsed = modelEntry.safeParse(JSON.parse(text));
  if (!parsed.success) throw unfit(`${path} describes no model that this version knows`);
  const entry = { ...parsed.data, ...options } as ModelEntry;
  for (const file of filesOf(entry)) {
    const problem = await findDamage(join(folder, file.path), file);
    if (problem !== undefined) throw damaged(join(folder, file.path), problem);
  }
  return store(dataDir, entry, folder);
}

async function addCheckpoint(dataDir: string, path: string): Promise<AddedModel> {
  const digest = await sha256Of(path);
  const checkpoint = (await readCheckpoints(modelsFolder)).find(({ sha256 }) => sha256 === digest);
  const other = checkpoint === undefined ? await whyNoGraph(path) : undefined;
  if (other !== undefined) throw new SamIAmError('usage.invalid', `${path} ${other.reason}`, { hint: other.hint });
  if (checkpoint === undefined) throw unfit(`${path} is none of the checkpoints known by their sha256`);
  const target = checkpointPath(dataDir, checkpoint);
  await copyWhole(path, target);
  return { kind: 'checkpoint', id: checkpoint.id, path: target };
}

async function addPair(dataDir: string, paths: readonly [string, string], options: AddOptions): Promise<AddedModel> {
  const opened = await Promise.all(
    paths.map(async (path) => ({ path, session: await openOrtSession(path, { threads: 1 }) })),
  );
  try {
    const encoder = opened.find(({ session }) => isEncoder(session));
    const decoder = opened.find(({ session }) => !isEncoder(session));
    if (encoder === undefined || decoder === undefined)
      throw unfit(`${paths.join(' and ')} are no encoder and decoder`);
    detectLayout(encoder.session, decoder.session, paths.join(' and '));
    const folder = dirname(encoder.path);
    const sources = await pairFiles(encoder.path, decoder.path);
    const entry: ModelEntry = {
      id: options.id ?? basename(resolve(folder)),
      kind: 'sam',
      layout: 'encoder-decoder',
      inputSize: 1024,
      licence: options.licence ?? 'unknown',
      description: 'added from files',
      provenance: paths.map((p) => basename(p)).join(', '),
      thresholds: { predictedIou: 0.88, stabilityScore: 0.95, boxNms: 0.7, maskNms: null },
      files: sources,
    };
    return await store(dataDir, entry, folder, { decoder: dirname(decoder.path) });
  } finally {
    await Promise.all(opened.map(({ session }) => session.release()));
  }
}

async function pairFiles(encoder: string, decoder: string) {
  if (basename(encoder) === basename(decoder)) throw unfit(`${encoder} and ${decoder} have the same name`);
  const described = async (path: string): Promise<ModelFile | undefined> => {
    const found = await stat(path).catch(() => undefined);
    return found && { path: basename(path), bytes: found.size, sha256: await sha256Of(path) };
  };
  const [encoderFile, decoderFile] = [await described(encoder), await described(decoder)];
  if (encoderFile === undefined || decoderFile === undefined) throw unfit('the files are gone');
  const [encoderData, decoderData] = [await described(`${encoder}.data`), await described(`${decoder}.data`)];
  return {
    encoder: encoderFile,
    decoder: decoderFile,
    ...(encoderData && { encoderData }),
    ...(decoderData && { decoderData }),
  };
}

/** Copies the files to a folder of the model's own and enters them into the user's manifest. */
async function store(
  dataDir: string,
  entry: ModelEntry,
  from: string,
  elsewhere: { readonly decoder?: string } = {},
): Promise<AddedModel> {
  const checked = modelEntry.safeParse(entry);
  if (!checked.success) throw unfit(`${entry.id} can't be an id`);
  const taken = (await readModelEntries(modelsFolder)).some(({ id }) => id === entry.id);
  if (taken) throw unfit(`${entry.id} is a model that comes with sam-i-am`);
  const folder = addedModelsFolder(dataDir);
  const files: Record<string, ModelFile> = {};
  const listed: Record<string, ModelFile | undefined> = entry.files;
  for (const [key, file] of Object.entries(listed)) {
    if (file === undefined) continue;
    const source = join(key.startsWith('decoder') ? (elsewhere.decoder ?? from) : from, file.path);
    const path = `${entry.id}/${basename(file.path)}`;
    await copyWhole(source, join(folder, path));
    files[key] = { ...file, path };
  }
  await enter(folder, { ...entry, files } as ModelEntry);
  return { kind: 'model', id: entry.id };
}

/** Adds an entry to the manifest in `folder`, one process after the other: each reads what the one before has written. */
async function enter(folder: string, entry: ModelEntry): Promise<void> {
  const file = join(folder, 'manifest.json');
  const work = async (): Promise<void> => {
    const others = (await stat(file).catch(() => undefined)) === undefined ? [] : await readModelEntries(folder);
    const models = [...others.filter(({ id }) => id !== entry.id), entry];
    await writeWhole(file, `${JSON.stringify({ models }, null, 2)}\n`);
  };
  await withLock(`${file}.lock`, work, { patienceMs: 60_000, held: () => isHeld(file) });
}

function isHeld(file: string): SamIAmError {
  return new SamIAmError('disk.unwritable', `another process has held ${file}.lock for a minute`, {
    hint: 'If no other sam-i-am models add runs, remove that file.',
  });
}

async function copyWhole(from: string, to: string): Promise<void> {
  if (resolve(from) === resolve(to)) return;
  await putWhole(to, (unfinished) => copyFile(from, unfinished));
}

async function mustExist(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined)) === undefined) throw unfit(`${path} does not exist`);
}

function unfit(what: string): SamIAmError {
  return new SamIAmError('usage.invalid', what, {
    hint: 'sam-i-am models add takes a folder written by sam-export, an encoder and a decoder (.onnx), or a checkpoint of models list; other checkpoints are exported first (training/sam_export/README.md).',
  });
}

function damaged(path: string, problem: string): SamIAmError {
  return new SamIAmError('model.checksum', `the model file ${path} ${problem}`, {
    hint: 'Export it again, or copy it again from where it came.',
  });
}
