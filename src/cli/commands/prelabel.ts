import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type Connection, openConnection } from '../../app/compose.js';
import {
  type PrelabelDeps,
  type PrelabelledTask,
  prelabelProject,
  type PrelabelSummary,
} from '../../app/prelabel/prelabel-project.js';
import { openDataFolder } from '../../config/data-folder.js';
import { loadSettings, type Settings } from '../../config/settings.js';
import { SamIAmError } from '../../core/errors.js';
import { type GivenMaterialCount, maxMaterials } from '../../core/material-count.js';
import { connectApi } from '../../label-studio/connected-api.js';
import type { LabelStudioAccess } from '../../label-studio/image-address.js';
import { findPaintTargets, parseLabelConfig } from '../../label-studio/label-config.js';
import { openPredictionLedger, type TaskSelection } from '../../label-studio/prediction-ledger.js';
import { createProjectApi } from '../../label-studio/project-api.js';
import { createActiveProfiles, textureDigest } from '../../learning/training/active-profiles.js';
import { sparingly } from '../../painting/jobs/queue-error.js';
import type { QueuedService } from '../../painting/jobs/queued-service.js';
import { openService } from '../../painting/open-service.js';
import { paintTask } from '../../painting/paint-task.js';
import { createKeepCopy } from '../../painting/results/served-copies.js';
import type { ActiveProfile } from '../../painting/segmentation-service.js';
import { announceQueue } from '../../store/announced-queues.js';
import { openProfileStore } from '../../store/profile-store.js';
import { openScoreJournal } from '../../store/score-journal.js';
import { openServedPredictions } from '../../store/served-predictions.js';
import { openTaskClaims } from '../../store/task-claims.js';
import { idsArgument, integerArgument, materialsArgument } from '../argument-parsers.js';
import { commandSummaries } from '../command-summaries.js';
import { exitStatus } from '../exit-status.js';
import { FailureReasons } from '../failure-reasons.js';
import { withInterruption } from '../interruption.js';
import { say, writeJsonLine, writeLine } from '../output.js';
import { createProgress, type Progress } from '../progress.js';

interface PrelabelFlags {
  readonly project: number;
  readonly url?: string;
  readonly onlyUnlabeled?: boolean;
  readonly view?: number;
  readonly ids?: readonly number[];
  readonly modelVersion?: string;
  readonly materials?: GivenMaterialCount;
  readonly dryRun?: boolean;
  readonly patience: number;
  readonly inFlight?: number;
  readonly json?: boolean;
}

/** While some tasks are painted, the images of the next ones are fetched. */
const tasksAhead = 2;
/** With workers elsewhere, so many tasks are in their queue at the same time. */
const tasksInQueue = 64;

/** Adds `sam-i-am prelabel` (CONTRACT, "Command line"). */
export function addPrelabelCommand(program: Command): void {
  const most = Number.MAX_SAFE_INTEGER;
  program
    .command('prelabel')
    .description(commandSummaries.prelabel)
    .requiredOption(
      '--project <id>',
      'project of Label Studio (LABEL_STUDIO_URL, LABEL_STUDIO_API_KEY)',
      integerArgument(1, most),
    )
    .option('--url <url>', 'address of Label Studio (LABEL_STUDIO_URL)')
    .option('--only-unlabeled', 'only tasks that nobody has annotated')
    .option(
      '--view <id>',
      'only the tasks that a view shows (the number after tab= in the address)',
      integerArgument(1, most),
    )
    .option('--ids <list>', 'only these tasks, for instance 3,7,10-20', idsArgument)
    .option('--model-version <version>', 'the version that predictions carry, instead of that of the model')
    .addOption(
      new Option('--materials <auto|N>', `number of materials, 1 to ${maxMaterials}, or auto (MATERIALS)`).argParser(
        materialsArgument,
      ),
    )
    .option('--dry-run', 'say how many tasks there are to predict, and predict none')
    .option(
      '--patience <minutes>',
      'how long to wait for a Label Studio that does not answer',
      integerArgument(0, 10_000),
      30,
    )
    .option('--in-flight <n>', 'images under way at the same time; with REDIS_URL: 64', integerArgument(1, 10_000))
    .option('--json', 'standard output is one JSON object per task, then a summary, then the order of review')
    .action(async (flags: PrelabelFlags) => {
      process.exitCode = await prelabel(flags);
    });
}

async function prelabel(flags: PrelabelFlags): Promise<number> {
  const settings = loadSettings({
    ...process.env,
    ...(flags.url === undefined ? {} : { LABEL_STUDIO_URL: flags.url }),
  });
  openDataFolder(settings.dataDir);
  const connection = openConnection(settings);
  let service: QueuedService | undefined;
  let announced: { readonly stop: () => Promise<void> } | undefined;
  try {
    return await withInterruption(async (signal) => {
      const opened = await openTasks(flags, connection);
      service = await openService(settings, { onError: sayNowAndThen });
      announced = announceOwn(settings, service);
      if (settings.redisUrl !== undefined && !service.isReady()) say('waiting for a sam-i-am worker');
      await Promise.race([service.ready, aborted(signal)]);
      return run(flags, settings, { ...opened, connection, service, signal });
    });
  } finally {
    await announced?.stop();
    await service?.close();
    await connection.close();
  }
}

/** The server's page of jobs tells of this process's queue; one in Redis it sees itself. */
function announceOwn({ redisUrl, dataDir }: Settings, { jobs }: QueuedService) {
  if (redisUrl !== undefined) return undefined;
  return announceQueue(dataDir, 'prelabel', async () => (await jobs.overview()).queue);
}

const sayNowAndThen = sparingly(({ message, hint }) => say(`${message}; waiting. ${hint}`), 10_000);

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Everything that a run works with. */
type Opened = Awaited<ReturnType<typeof openTasks>> & {
  readonly connection: Connection;
  readonly service: QueuedService;
  readonly signal: AbortSignal;
};

/** Says what is wrong with the project or the connection before any model is loaded. */
async function openTasks(flags: PrelabelFlags, { http, labelStudio: access }: Connection) {
  const ledger = openPredictionLedger(connectApi(http, access), String(flags.project));
  const { labelConfig, asksBackends } = await createProjectApi(http, access).project(String(flags.project));
  if (asksBackends) throw asksBackendsItself();
  const config = parseLabelConfig(labelConfig);
  findPaintTargets(config);
  const shown = flags.view === undefined ? undefined : await ledger.tasksOfView(flags.view);
  const wanted = flags.ids === undefined ? undefined : new Set(flags.ids);
  const ids = wanted === undefined ? shown : (shown?.filter((id) => wanted.has(id)) ?? [...wanted]);
  const selection: TaskSelection = { ids, onlyUnlabeled: flags.onlyUnlabeled === true };
  return { access, ledger, config, selection, total: await ledger.count(selection) };
}

async function run(flags: PrelabelFlags, settings: Settings, opened: Opened): Promise<number> {
  const { ledger, selection, total, service, signal } = opened;
  const progress = createProgress(total);
  const reasons = new FailureReasons();
  const onTask = (done: PrelabelledTask): void => {
    if (done.error !== undefined) reasons.add(`task ${done.task}`, done.error);
    progress.advance(describe(done, reasons.count));
    if (flags.json === true) writeJsonLine(toJson(done));
  };
  const store = openProfileStore(settings.dataDir);
  const profiles = createActiveProfiles(store, await textureDigest(settings.dataDir), (project, reason) => {
    say(`project ${project}: ${reason}`);
  });
  const profile = await profiles.find(String(flags.project));
  const modelVersion = flags.modelVersion ?? profile?.modelVersion ?? service.modelVersion;
  const folder = join(settings.dataDir, 'prelabel', keyOf(opened.access, flags.project, modelVersion));
  const deps: PrelabelDeps = {
    ledger,
    modelVersion,
    signal,
    onTask,
    ...paintingOf(flags, settings, { ...opened, profile }, modelVersion),
    claims: openTaskClaims(folder),
    scores: await openScoreJournal(folder),
    inFlight: flags.inFlight ?? (settings.redisUrl === undefined ? settings.concurrency + tasksAhead : tasksInQueue),
    dryRun: flags.dryRun === true,
    patience: patienceOf(flags, progress, signal),
  };
  try {
    const summary = await prelabelProject(selection, deps);
    progress.done();
    for (const line of reasons.lines()) progress.note(line);
    report(summary, flags, progress);
    if (signal.aborted) progress.note('stopped; the same command goes on from here');
    return signal.aborted ? exitStatus.interrupted : summary.failed > 0 ? exitStatus.someFailed : exitStatus.done;
  } catch (thrown) {
    progress.done();
    progress.note('stopped by a fault; nothing is lost, and the same command goes on from here when it is mended');
    throw thrown;
  }
}

function paintingOf(
  flags: PrelabelFlags,
  settings: Settings,
  opened: Opened & { readonly profile: ActiveProfile | undefined },
  modelVersion: string,
) {
  const { access, config, connection, service, signal, profile } = opened;
  const materials = flags.materials ?? settings.materials;
  const painting = {
    service,
    labelStudio: access,
    materials,
    signal,
    profile,
    project: flags.project,
    fetchTaskImage: connection.fetchTaskImage,
  };
  const keepCopy = createKeepCopy(openServedPredictions(settings.dataDir), {
    project: String(flags.project),
    modelVersion,
    parameters: { materials: materials ?? null },
  });
  return { paint: (task: Parameters<typeof paintTask>[0]) => paintTask(task, config, painting), keepCopy };
}

function patienceOf({ patience }: PrelabelFlags, progress: Progress, signal: AbortSignal): PrelabelDeps['patience'] {
  const onWait = ({ message }: SamIAmError, seconds: number): void =>
    progress.note(`${message}; trying again in ${seconds} s`);
  return { longestMs: patience * 60_000, onWait, signal };
}

/** One folder of claims per server, project and version. */
function keyOf({ url }: LabelStudioAccess, project: number, modelVersion: string): string {
  return createHash('sha256')
    .update(JSON.stringify([url, project, modelVersion]))
    .digest('hex')
    .slice(0, 16);
}

function describe({ task, outcome, score, error }: PrelabelledTask, failed: number): string {
  const what = {
    posted: `predicted, score ${score?.toFixed(3) ?? '–'}`,
    present: 'has its prediction',
    failed: '',
    missing: 'to predict',
  }[outcome];
  const failures = failed === 0 ? '' : ` (${failed} failed)`;
  return `task ${task}: ${error === undefined ? what : `failed: ${error.message}`}${failures}`;
}

function toJson({ task, outcome, score, error }: PrelabelledTask): object {
  const failure = error === undefined ? {} : { error: { code: error.code, message: error.message, hint: error.hint } };
  return { task, outcome, score: score ?? null, ...failure };
}

/** The figures, then the tasks in the order in which to review them. */
function report(summary: PrelabelSummary, { json, dryRun }: PrelabelFlags, progress: Progress): void {
  const { posted, present, failed, missing, surplus, order } = summary;
  const extra = surplus > 0 ? `, ${surplus} second predictions deleted` : '';
  const new_ = dryRun === true ? `${missing} to predict` : `${posted} predicted`;
  progress.note(`${new_}, ${present} had their prediction, ${failed} failed${extra}`);
  const unscored = posted + present - order.size;
  if (unscored > 0) {
    progress.note(`${unscored} have predictions without a score: they are not in the order of review`);
  }
  if (json === true) {
    writeJsonLine({ summary: { posted, present, failed, missing, surplus } });
    for (const { task, score } of order.sorted()) writeJsonLine({ review: { task, score } });
    return;
  }
  if (order.size > 0) progress.note('review in this order, the least certain first (task, score):');
  for (const { task, score } of order.sorted()) writeLine(`${task}\t${score.toFixed(4)}`);
}

function asksBackendsItself(): SamIAmError {
  return new SamIAmError('usage.invalid', 'the project asks its backend for predictions whenever tasks are listed', {
    hint: 'Switch evaluate_predictions_automatically off: PATCH /api/projects/ID {"evaluate_predictions_automatically": false}.',
  });
}
