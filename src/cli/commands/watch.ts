import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { type FramePolicy, FrameQueue } from '../../app/watch/frame-queue.js';
import { type CompleteFrame, watchFolder } from '../../app/watch/watch-folder.js';
import { loadSettings } from '../../config/settings.js';
import { asSamIAmError, SamIAmError } from '../../core/errors.js';
import { type GivenMaterialCount, maxMaterials } from '../../core/material-count.js';
import { valueOrThrow } from '../../core/result.js';
import { openSegmentPool, poolOptions, type SegmentPool } from '../../painting/threads/segment-pool.js';
import { defaultSegmentOptions, type PaintingChoices } from '../../pipeline/pipeline-parameters.js';
import { diskError } from '../../store/disk-error.js';
import { writeWhole } from '../../store/write-whole.js';
import { integerArgument, materialsArgument } from '../argument-parsers.js';
import { commandSummaries } from '../command-summaries.js';
import { exitStatus } from '../exit-status.js';
import { FrameReports } from '../frame-reports.js';
import { withInterruption } from '../interruption.js';
import { makeFolder, say } from '../output.js';

interface WatchFlags {
  readonly out: string;
  readonly materials: GivenMaterialCount;
  readonly model?: string;
  readonly pointsPerSide: number;
  readonly policy: FramePolicy;
  readonly mostWaiting: number;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** A seventh of the prompts of `segment`, because a microscope waits: the example micrographs come out the same. */
const pointsPerSide = 6;

/** Adds `sam-i-am watch` (CONTRACT, "Command line"). */
export function addWatchCommand(program: Command): void {
  program
    .command('watch')
    .description(commandSummaries.watch)
    .argument('<folder>', 'folder into which the microscope writes its frames')
    .requiredOption('--out <dir>', 'folder for the results; made if it does not exist')
    .addOption(
      new Option('--materials <auto|N>', `number of materials, 1 to ${maxMaterials}, or auto: chosen per image`)
        .default(defaultSegmentOptions.materials)
        .argParser(materialsArgument),
    )
    .option('--model <id>', 'segmentation model (MODEL)')
    .option('--points-per-side <n>', 'prompt grid, n × n points', integerArgument(1, 128), pointsPerSide)
    .addOption(
      new Option('--policy <policy>', 'the next frame, where they come faster than they can be done')
        .choices(['newest', 'oldest'] satisfies FramePolicy[])
        .default('newest'),
    )
    .option('--most-waiting <n>', 'more waiting frames: the oldest are given up', integerArgument(1, 1_000_000), 1_000)
    .option('--once', 'end when what is there is done')
    .option('--json', 'standard output is one JSON object per frame')
    .action(async (folder: string, flags: WatchFlags) => {
      process.exitCode = await run(folder, flags);
    });
}

async function run(folder: string, flags: WatchFlags): Promise<number> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new SamIAmError('usage.invalid', `${folder} is not a folder`, {
      hint: 'Give the folder into which the microscope writes its frames.',
    });
  }
  await makeFolder(flags.out);
  const settings = loadSettings(process.env);
  const pool = await openSegmentPool(poolOptions(settings, flags.model));
  const choices = { merge: settings.merge, keepOverlays: settings.keepOverlays, detail: settings.detail };
  try {
    await pool.ready;
    say(`watching ${folder}`);
    return await withInterruption((signal) =>
      watchFrames(folder, { ...flags, ...choices }, pool, settings.concurrency, signal),
    );
  } finally {
    await pool.close();
  }
}

async function watchFrames(
  folder: string,
  flags: WatchFlags & PaintingChoices,
  pool: SegmentPool,
  concurrency: number,
  signal: AbortSignal,
): Promise<number> {
  const queue = new FrameQueue(flags.policy, flags.mostWaiting);
  const running = new Set<Promise<void>>();
  const report = new FrameReports(flags.json === true);
  const begin = (): void => {
    while (running.size < concurrency && !signal.aborted) {
      const frame = queue.next();
      if (frame === undefined) return;
      const one: Promise<void> = doFrame(frame, flags, pool, report).finally(() => {
        running.delete(one);
        begin();
      });
      running.add(one);
    }
  };
  const onFrame = (frame: CompleteFrame): void => {
    for (const skipped of queue.add(frame)) report.giveUp(skipped);
    begin();
  };
  const onPassedOver = (path: string, why: string): void => report.passOver(path, why);
  await watchFolder(folder, { signal, once: flags.once === true, onFrame, onPassedOver });
  while (running.size > 0) await Promise.race(running);
  if (signal.aborted) say(`stopped with ${queue.size} frames waiting; the same command goes on with them`);
  report.sum(signal.aborted);
  return signal.aborted ? exitStatus.interrupted : report.status;
}

async function doFrame(
  frame: CompleteFrame,
  flags: WatchFlags & PaintingChoices,
  pool: SegmentPool,
  report: FrameReports,
): Promise<void> {
  const target = join(flags.out, `${basename(frame.name, extname(frame.name))}.roi.json`);
  try {
    if (report.isTaken(target, frame.name)) throw sameTarget(frame.name, target);
    if (await isDone(target, frame)) {
      report.before();
      return;
    }
    const bytes = await readFile(frame.path);
    const { materials, pointsPerSide, merge, keepOverlays, detail } = flags;
    const options = { ...defaultSegmentOptions, materials, pointsPerSide, merge, keepOverlays, detail };
    const content = valueOrThrow(await pool.regions({ name: frame.name, bytes }, options));
    await writeWhole(target, content).catch((thrown: unknown) => {
      throw diskError(thrown, target);
    });
    report.done(frame, target);
  } catch (thrown) {
    report.fail(frame, asSamIAmError(thrown));
  }
}

/** A result that is younger than its frame needs not be made again. */
async function isDone(target: string, { modifiedMs }: CompleteFrame): Promise<boolean> {
  const found = await stat(target).catch(() => undefined);
  return found !== undefined && found.mtimeMs >= modifiedMs;
}

function sameTarget(name: string, target: string): SamIAmError {
  return new SamIAmError('usage.invalid', `${name} would write ${target}, as another file does`, {
    hint: 'Give files of one folder different names.',
  });
}
