import type { Command } from 'commander';
import { openDataFolder } from '../../config/data-folder.js';
import { loadSettings } from '../../config/settings.js';
import { addModel, pullCheckpoint, readLibrary, verifyModels } from '../../painting/models/model-library.js';
import { commandSummaries } from '../command-summaries.js';
import { exitStatus } from '../exit-status.js';
import { say, writeJsonLine, writeLine } from '../output.js';
import { createByteProgress } from '../progress.js';

interface JsonFlag {
  readonly json?: boolean;
}

/** Adds `sam-i-am models list | pull | verify | add` (CONTRACT, "Command line"). */
export function addModelsCommand(program: Command): void {
  const models = program.command('models').description(commandSummaries.models);
  models
    .command('list')
    .description('models that are here, and checkpoints that can be pulled')
    .option('--json', 'standard output is one JSON object per model')
    .action((flags: JsonFlag) => list(flags));
  models
    .command('pull')
    .description('download a public checkpoint; an interrupted download goes on where it stopped')
    .argument('<id>', 'id from models list')
    .option('--mirror <address>', 'download from here: the address before the file name')
    .option('--json', 'standard output is one JSON object')
    .action((id: string, flags: PullFlags) => pull(id, flags));
  models
    .command('verify')
    .description('compare the files of a model, or of all, with their checksums')
    .argument('[id]', 'id from models list')
    .option('--json', 'standard output is one JSON object per model')
    .action(async (id: string | undefined, flags: JsonFlag) => {
      process.exitCode = await verify(id, flags);
    });
  models
    .command('add')
    .description(
      'add a model from files: a folder of sam-export, an encoder and a decoder, or a checkpoint fetched by other means',
    )
    .argument('<file...>', 'folder, or .onnx files, or one .pth file')
    .option('--id <id>', 'name of the model (default: that of its folder)')
    .option('--licence <licence>', 'licence of the weights')
    .option('--json', 'standard output is one JSON object')
    .action((files: string[], flags: AddFlags) => add(files, flags));
}

interface PullFlags extends JsonFlag {
  readonly mirror?: string;
}

interface AddFlags extends JsonFlag {
  readonly id?: string;
  readonly licence?: string;
}

async function list({ json }: JsonFlag): Promise<void> {
  const { models, checkpoints } = await readLibrary(dataDir());
  const rows = [
    ...models.map(({ id, kind, licence, description, files }) => {
      const bytes = Object.values(files).reduce(
        (sum, file: { bytes: number } | undefined) => sum + (file?.bytes ?? 0),
        0,
      );
      return { id, state: 'here', kind: kind === 'sam' ? 'model' : kind, bytes, licence, description };
    }),
    ...checkpoints.map(({ id, present, bytes, licence, description }) => ({
      id,
      state: present ? 'pulled' : 'can be pulled',
      kind: 'checkpoint',
      bytes,
      licence,
      description,
    })),
  ];
  if (json === true) rows.forEach(writeJsonLine);
  else for (const row of rows) writeLine(columns(row));
}

function columns(
  row: { readonly [key in 'id' | 'state' | 'kind' | 'licence' | 'description']: string } & { bytes: number },
) {
  const size = `${(row.bytes / 1e6).toFixed(1)} MB`;
  return [
    row.id.padEnd(18),
    row.kind.padEnd(11),
    row.state.padEnd(14),
    size.padStart(10),
    row.licence,
    row.description,
  ].join('  ');
}

async function pull(id: string, { mirror, json }: PullFlags): Promise<void> {
  openDataFolder(dataDir());
  const { checkpoints } = await readLibrary(dataDir());
  const progress = createByteProgress(id, checkpoints.find((each) => each.id === id)?.bytes ?? 0);
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const options = {
      onProgress: progress.update,
      signal: interrupted.signal,
      ...(mirror === undefined ? {} : { mirror }),
    };
    const { path, licence } = await pullCheckpoint(dataDir(), id, options);
    progress.done();
    if (json === true) writeJsonLine({ id, path, licence });
    else writeLine(path);
    say(`${id} is whole (sha256 verified), licence ${licence}. ${nextStep(path, id)}`);
  } finally {
    progress.done();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function nextStep(path: string, id: string): string {
  return `Next: python -m sam_export ${path} --out ${id} (see training/sam_export), then sam-i-am models add ${id}.`;
}

async function verify(id: string | undefined, { json }: JsonFlag): Promise<number> {
  const results = await verifyModels(dataDir(), id);
  for (const { id, damages } of results) {
    if (json === true) writeJsonLine({ id, ok: damages.length === 0, damages });
    else writeLine(damages.length === 0 ? `${id}: whole` : `${id}: ${damages.join('; ')}`);
  }
  return results.every(({ damages }) => damages.length === 0) ? exitStatus.done : exitStatus.someFailed;
}

async function add(files: readonly string[], { id, licence, json }: AddFlags): Promise<void> {
  const options = { ...(id === undefined ? {} : { id }), ...(licence === undefined ? {} : { licence }) };
  openDataFolder(dataDir());
  const added = await addModel(dataDir(), files, options);
  if (json === true) writeJsonLine(added);
  else writeLine(added.id);
  const next =
    added.kind === 'model' ? `Use it with MODEL=${added.id} or --model ${added.id}.` : nextStep(added.path, added.id);
  say(`added ${added.id}. ${next}`);
}

function dataDir(): string {
  return loadSettings(process.env).dataDir;
}
