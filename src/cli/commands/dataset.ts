import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { createOpenCaseImage } from '../../annotations/case-images.js';
import { openProject } from '../../annotations/label-studio-project.js';
import { openSource } from '../../annotations/open-source.js';
import { type Connection, openConnection } from '../../app/compose.js';
import { buildDataset, type DatasetSource } from '../../app/dataset/build-dataset.js';
import type { SplitShares } from '../../app/dataset/specimen-split.js';
import { loadSettings, type Settings } from '../../config/settings.js';
import { SamIAmError } from '../../core/errors.js';
import { createProjectApi } from '../../label-studio/project-api.js';
import { commandSummaries } from '../command-summaries.js';
import { exitStatus } from '../exit-status.js';
import { withInterruption } from '../interruption.js';
import { makeFolder, writeJsonLine, writeLine } from '../output.js';
import { createProgress } from '../progress.js';

interface DatasetFlags {
  readonly out: string;
  readonly project: readonly string[];
  readonly export: readonly string[];
  readonly images?: string;
  readonly url?: string;
  readonly specimen: string;
  readonly split: SplitShares;
  readonly licence?: string;
  readonly json?: boolean;
}

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

/** Adds `sam-i-am dataset` (CONTRACT, "Command line"). */
export function addDatasetCommand(program: Command): void {
  program
    .command('dataset')
    .description(commandSummaries.dataset)
    .requiredOption('--out <dir>', 'folder for the data set; made if it does not exist')
    .option('--project <id...>', 'projects of Label Studio (LABEL_STUDIO_URL, LABEL_STUDIO_API_KEY)', collect, [])
    .option('--export <path...>', 'JSON exports of Label Studio, or COCO files', collect, [])
    .option('--images <dir>', 'folder with the micrographs; without: they are fetched from where the tasks say')
    .option('--url <url>', 'address of Label Studio (LABEL_STUDIO_URL)')
    .option('--specimen <field>', 'task field that names the specimen; all its images get into one split', 'specimen')
    .option('--split <a,b,c>', 'shares of train, validation and test', splitArgument, [0.8, 0.1, 0.1] as SplitShares)
    .option('--licence <text>', 'licence of the images and annotations, kept in the manifest')
    .option('--json', 'standard output is one JSON object')
    .action(async (flags: DatasetFlags) => {
      process.exitCode = await dataset(flags);
    });
}

async function dataset(flags: DatasetFlags): Promise<number> {
  if (flags.project.length + flags.export.length === 0) {
    throw new SamIAmError('usage.invalid', 'there is nothing to compile', {
      hint: 'Give --project ID or --export FILE, as often as you like.',
    });
  }
  const settings = loadSettings({
    ...process.env,
    ...(flags.url === undefined ? {} : { LABEL_STUDIO_URL: flags.url }),
  });
  const connection = openConnection(settings);
  try {
    const sources = await openSources(flags, connection);
    await makeFolder(flags.out);
    return await withInterruption((signal) => build(flags, settings, sources, signal));
  } finally {
    await connection.close();
  }
}

async function openSources(flags: DatasetFlags, connection: Connection): Promise<DatasetSource[]> {
  const { settings, labelStudio, http } = connection;
  const openImage = await createOpenCaseImage({ ...connection, folder: flags.images });
  const reading = { difficultyField: 'difficulty', maxPixels: settings.maxImagePixels, acceptedOnly: true };
  const api = createProjectApi(http, labelStudio);
  const projects = flags.project.map(async (project): Promise<DatasetSource> => {
    const source = await openProject(api, project, reading);
    return { source, name: `project-${project}`, url: labelStudio.url ?? null, openImage };
  });
  const files = flags.export.map(async (path): Promise<DatasetSource> => {
    return { source: await openSource({ path }, reading), name: basename(path), url: null, openImage };
  });
  return Promise.all([...projects, ...files]);
}

async function build(
  flags: DatasetFlags,
  settings: Settings,
  sources: readonly DatasetSource[],
  signal: AbortSignal,
): Promise<number> {
  const totals = sources.map(({ source }) => source.total);
  const progress = createProgress(
    totals.includes(null) ? null : totals.reduce<number>((sum, each) => sum + (each ?? 0), 0),
  );
  const built = await buildDataset({
    sources,
    out: flags.out,
    signal,
    maxPixels: settings.maxImagePixels,
    specimenField: flags.specimen,
    shares: flags.split,
    licence: flags.licence ?? null,
    onItem: (line) => progress.advance(line),
    onProblem: (name, { message, hint }) => progress.note(`problem: ${name}: ${message}. ${hint}`),
  }).finally(() => progress.done());
  if (built === null) {
    progress.note('stopped; the same command goes on from here');
    return exitStatus.interrupted;
  }
  if (built.unnamed > 0) {
    const field = flags.specimen;
    progress.note(
      `${built.unnamed} tasks have no value "${field}", so that each of their images is a specimen of its own`,
    );
  }
  if (flags.json === true) writeJsonLine({ out: flags.out, ...built });
  else writeLine(`${flags.out}/manifest.json`);
  return built.problems > 0 ? exitStatus.someFailed : exitStatus.done;
}

function splitArgument(text: string): SplitShares {
  const [train = 0, validation = 0, test = 0, ...more] = text.split(',').map(Number);
  const shares = [train, validation, test] as const;
  const isFine = shares.every((share) => share >= 0) && Math.abs(train + validation + test - 1) < 1e-6;
  if (isFine && more.length === 0) return shares;
  throw new InvalidArgumentError('Give three shares that sum to 1, for instance 0.8,0.1,0.1.');
}
