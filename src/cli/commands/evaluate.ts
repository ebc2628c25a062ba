import { type Command, InvalidArgumentError } from 'commander';
import { createOpenCaseImage, createOpenMicrograph } from '../../annotations/case-images.js';
import { taskName } from '../../annotations/evaluation-case.js';
import { readTextFile } from '../../annotations/open-source.js';
import { type Connection, openConnection } from '../../app/compose.js';
import { createComputeStages } from '../../app/compute-stages.js';
import type { Settings } from '../../config/settings.js';
import { SamIAmError } from '../../core/errors.js';
import { parseBaseline, parseThreshold, type Threshold } from '../../evaluation/gate.js';
import { type FinishedEvaluation, runEvaluation } from '../../evaluation/run-evaluation.js';
import { openSegmentPool, poolOptions, type SegmentPool } from '../../painting/threads/segment-pool.js';
import { commandSummaries } from '../command-summaries.js';
import {
  openEvaluationSource,
  readLabelDifficulties,
  settingsWithUrl,
  type SourceFlags,
} from '../evaluation-inputs.js';
import { exitStatus } from '../exit-status.js';
import { withInterruption } from '../interruption.js';
import { makeFolder, writeJsonLine, writeLine } from '../output.js';
import { createProgress } from '../progress.js';

/** The options of `evaluate` as commander gives them. */
interface EvaluateFlags extends SourceFlags {
  readonly out: string;
  readonly images?: string;
  readonly compare?: boolean;
  readonly failUnder: readonly Threshold[];
  readonly baseline?: string;
  readonly url?: string;
  readonly model?: string;
  readonly labelDifficulty?: string;
  readonly json?: boolean;
}

/** Adds `sam-i-am evaluate` (CONTRACT, "Command line"). */
export function addEvaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .description(commandSummaries.evaluate)
    .requiredOption('--out <dir>', 'folder for the results; made if it does not exist')
    .option('--project <id>', 'a project of Label Studio (LABEL_STUDIO_URL, LABEL_STUDIO_API_KEY)')
    .option('--export <path>', 'a JSON export of Label Studio, a COCO file, or a folder of label images')
    .option(
      '--predictions <path>',
      'for COCO a result file; for label images a folder of label images or masks.json files',
    )
    .option('--images <dir>', 'folder with the micrographs, for --compare and the pictures of the report')
    .option(
      '--compare',
      'compute SAM+, removal only and boosted anew on the same images, to show what the booster gains',
    )
    .option(
      '--fail-under <measure=value>',
      'exit status 1 below this, for instance mIoU=0.8, boosted.mIoU=0.8, boundary.mIoU=0.5; repeatable',
      (text: string, before: readonly Threshold[]) => [...before, thresholdArgument(text)],
      [] as readonly Threshold[],
    )
    .option('--baseline <file>', 'an earlier metrics.json: exit status 1 if mIoU fell since')
    .option('--url <url>', 'address of Label Studio (LABEL_STUDIO_URL)')
    .option('--model <id>', 'segmentation model for --compare (MODEL)')
    .option('--label-config <file>', 'label config of an export (XML), to check its labels')
    .option('--label-difficulty <file>', 'JSON {"label": "easy" | "hard"}; else the attribute difficulty of <Label>')
    .option('--difficulty <name>', 'Choices control or task field with the class 1, 2 or 3 of an image', 'difficulty')
    .option('--json', 'standard output is one JSON object')
    .action(async (flags: EvaluateFlags) => {
      process.exitCode = await evaluate(flags);
    });
}

async function evaluate(flags: EvaluateFlags): Promise<number> {
  if ((flags.project === undefined) === (flags.export === undefined)) {
    throw usage('there is nothing to evaluate, or two things', 'Give either --project ID or --export PATH.');
  }
  const settings = settingsWithUrl(flags.url);
  await makeFolder(flags.out);
  const pool = flags.compare === true ? await openComparePool(flags, settings) : undefined;
  const connection = openConnection(settings);
  try {
    return await withInterruption(async (signal) => {
      await pool?.ready;
      return measure(flags, { connection, pool, signal });
    });
  } finally {
    await Promise.all([pool?.close(), connection.close()]);
  }
}

interface Resources {
  readonly connection: Connection;
  readonly pool: SegmentPool | undefined;
  readonly signal: AbortSignal;
}

async function measure(flags: EvaluateFlags, { connection, pool, signal }: Resources): Promise<number> {
  const { settings } = connection;
  const opened = await openEvaluationSource(flags, connection);
  const open = await createOpenCaseImage({ ...connection, folder: flags.images });
  const progress = createProgress(opened.source.total);
  const finished = await runEvaluation({
    source: opened.source,
    out: flags.out,
    labelDifficulties: await readLabelDifficulties(flags.labelDifficulty, opened.labelConfig),
    openMicrograph: createOpenMicrograph(open, settings.maxImagePixels),
    computeStages: pool && createComputeStages(open, pool, settings.materials ?? opened.materials, signal),
    thresholds: flags.failUnder,
    baseline:
      flags.baseline === undefined
        ? undefined
        : parseBaseline(await readTextFile(flags.baseline, 'the baseline'), flags.baseline),
    signal,
    onImage: (line) => progress.advance(line),
    onProblem: (problem) => progress.note(`problem: ${taskName(problem)}: ${problem.message}. ${problem.hint}`),
  }).finally(() => progress.done());
  for (const reason of finished.gate) progress.note(`gate: ${reason}`);
  writeResults(finished, flags);
  return finished.gate.length > 0 || finished.figures.problems.length > 0 ? exitStatus.someFailed : exitStatus.done;
}

function writeResults({ figures, images, gate, files }: FinishedEvaluation, { json }: EvaluateFlags): void {
  if (json === true) {
    const { summary, gain, regions, problems } = figures;
    writeJsonLine({ images, summary, gain, regions, problems: problems.length, gate, files });
  } else for (const file of files) writeLine(file);
}

function openComparePool({ model }: EvaluateFlags, settings: Settings): Promise<SegmentPool> {
  return openSegmentPool({ ...poolOptions(settings, model), concurrency: 1 });
}

function thresholdArgument(text: string): Threshold {
  const threshold = parseThreshold(text);
  if (threshold !== undefined) return threshold;
  throw new InvalidArgumentError(
    'Give measure=value with mIoU, mRecall, mPrecision, mFPR or best_iou and a value from 0 to 1, for instance mIoU=0.8.',
  );
}

function usage(message: string, hint: string): SamIAmError {
  return new SamIAmError('usage.invalid', message, { hint });
}
