import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { loadSettings } from '../../config/settings.js';
import { asSamIAmError, type ErrorCode, type SamIAmError } from '../../core/errors.js';
import { maxMaterials } from '../../core/material-count.js';
import { failure, type Result } from '../../core/result.js';
import { formatNames } from '../../imaging/formats.js';
import type { PixelSizeNm } from '../../imaging/open-image.js';
import { pixelSizeForm } from '../../imaging/pixel-size.js';
import { readProfile } from '../../learning/training/read-profile.js';
import type { SegmentedFiles } from '../../painting/threads/messages.js';
import { openSegmentPool, poolOptions, type SegmentPool } from '../../painting/threads/segment-pool.js';
import {
  defaultSegmentOptions,
  type Detail,
  detailLevels,
  type MergeMode,
  mergeModes,
  type PaintingChoices,
  type SegmentOptions,
  stages,
} from '../../pipeline/pipeline-parameters.js';
import { diskError } from '../../store/disk-error.js';
import { writeWhole } from '../../store/write-whole.js';
import { frameArgument, integerArgument, materialsArgument, pixelSizeArgument } from '../argument-parsers.js';
import { commandSummaries } from '../command-summaries.js';
import { exitStatus, isUnreadable } from '../exit-status.js';
import { findImages, type ImageInput, type PassedOver, withFrames } from '../image-inputs.js';
import { withInterruption } from '../interruption.js';
import { makeFolder, writeJsonLine, writeLine } from '../output.js';
import { createProgress } from '../progress.js';

interface SegmentFlags extends Omit<SegmentOptions, 'profile' | 'merge' | 'keepOverlays' | 'detail'> {
  readonly merge?: MergeMode;
  readonly keepOverlays?: boolean;
  readonly detail?: Detail;
  readonly out: string;
  readonly model?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly frame?: number | 'mean' | 'all';
  readonly pixelSize?: PixelSizeNm;
}

/** Adds `sam-i-am segment` (CONTRACT, "Command line"). */
export function addSegmentCommand(program: Command): void {
  program
    .command('segment')
    .description(commandSummaries.segment)
    .argument('<image|folder...>', `${formatNames} files, or folders that hold them`)
    .requiredOption('--out <dir>', 'folder for the results; made if it does not exist')
    .addOption(
      new Option('--materials <auto|N>', `number of materials, 1 to ${maxMaterials}, or auto: chosen per image`)
        .default(defaultSegmentOptions.materials)
        .argParser(materialsArgument),
    )
    .addOption(
      new Option('--stage <stage>', "SAM's masks, those that mask removal keeps, or one mask per material")
        .choices(stages)
        .default(defaultSegmentOptions.stage),
    )
    .option('--model <id>', 'segmentation model (MODEL)')
    .option(
      '--points-per-side <n>',
      'prompt grid, n × n points',
      integerArgument(1, 128),
      defaultSegmentOptions.pointsPerSide,
    )
    .option('--layers <n>', 'crop layers beyond the whole image', integerArgument(0, 3), defaultSegmentOptions.layers)
    .option(
      '--seed <n>',
      'seed of crop sampling and clustering',
      integerArgument(0, 2 ** 31),
      defaultSegmentOptions.seed,
    )
    .addOption(
      new Option('--merge <what>', 'one region per material, or one per mask: grains stay apart (MERGE)').choices(
        mergeModes,
      ),
    )
    .option(
      '--keep-overlays',
      'banners, scale bars and letters burnt into the picture count as specimen (KEEP_OVERLAYS)',
    )
    .addOption(
      new Option(
        '--detail <level>',
        'small things, as particles and pores: outlined by their grey, looked at enlarged, or left to the first look (DETAIL)',
      ).choices(detailLevels),
    )
    .option(
      '--frame <N|all|mean>',
      'image of a file that holds several, from 0; all of them, or their mean',
      frameArgument,
    )
    .option('--pixel-size <size>', `instead of what the file tells: ${pixelSizeForm}`, pixelSizeArgument)
    .option('--profile <file>', 'names for the materials, and filters, as sam-i-am train has learned them')
    .option('--json', 'standard output is one JSON object per image')
    .action(async (inputs: string[], flags: SegmentFlags) => {
      process.exitCode = await segment(inputs, flags);
    });
}

/** Segments one image after the other; a failing one is named and the rest done. Returns the exit status. */
async function segment(inputs: readonly string[], flags: SegmentFlags): Promise<number> {
  const { images: found, passedOver } = await findImages(inputs);
  const images = await withFrames(found, flags.frame);
  const settings = loadSettings(process.env);
  const profile = flags.profile === undefined ? undefined : await readProfile(flags.profile, settings.dataDir);
  await makeFolder(flags.out);
  const pool = await openSegmentPool({ ...poolOptions(settings, flags.model), concurrency: 1 });
  const run = { ...flags, options: { ...optionsOf(flags, settings), profile }, passedOver };
  try {
    return await withInterruption(async (signal) => {
      await pool.ready;
      return segmentAll(pool, images, run, signal);
    });
  } finally {
    await pool.close();
  }
}

/** The flags, and what they say of the pipeline. */
interface SegmentRun extends SegmentFlags {
  readonly options: SegmentOptions;
  readonly passedOver: readonly PassedOver[];
}

async function segmentAll(
  pool: SegmentPool,
  images: readonly ImageInput[],
  flags: SegmentRun,
  signal: AbortSignal,
): Promise<number> {
  const progress = createProgress(images.length);
  const failures: string[] = [];
  const codes = new Set<ErrorCode>();
  for (const image of images) {
    const result = await segmentOne(pool, image, flags, signal);
    if (signal.aborted) {
      progress.done();
      progress.note(`stopped before ${image.path}; the same command starts over, finished results are in ${flags.out}`);
      return exitStatus.interrupted;
    }
    if (!result.ok) {
      failures.push(`${image.path}: ${result.error.message}. ${result.error.hint}`);
      codes.add(result.error.code);
    }
    progress.advance(`${image.path}: ${result.ok ? summary(result.value) : 'failed'}`);
    report(image, result, flags);
  }
  progress.done();
  for (const line of failures) progress.note(`failed: ${line}`);
  for (const { path, why } of flags.passedOver) progress.note(`passed over: ${path} (${why})`);
  progress.note(
    `${images.length - failures.length} done, ${failures.length} failed, ${flags.passedOver.length} passed over`,
  );
  if (failures.length === 0) return exitStatus.done;
  const nothingReadable = failures.length === images.length && [...codes].every(isUnreadable);
  return nothingReadable ? exitStatus.badUsage : exitStatus.someFailed;
}

/** Reads, segments and writes one image. A file is written whole or not at all, `masks.json` last. */
async function segmentOne(
  pool: SegmentPool,
  image: ImageInput,
  flags: SegmentRun,
  signal: AbortSignal,
): Promise<Result<SegmentedFiles, SamIAmError>> {
  try {
    const options = { ...flags.options, frame: image.frame, pixelSizeNm: flags.pixelSize };
    const result = await pool.segment({ path: image.path }, options, signal);
    if (!result.ok) return result;
    const files = [...result.value.files].sort(
      (a, b) => Number(a.suffix === '.masks.json') - Number(b.suffix === '.masks.json'),
    );
    for (const { suffix, content } of files) await writeResult(join(flags.out, image.name + suffix), content);
    return result;
  } catch (thrown) {
    return failure(asSamIAmError(thrown));
  }
}

/** A full disk and a name that is too long are told as that. */
async function writeResult(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeWhole(path, content);
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}

function optionsOf(flags: SegmentFlags, settings: PaintingChoices): SegmentOptions {
  const { stage, materials, pointsPerSide, layers, seed } = flags;
  const { merge = settings.merge, keepOverlays = settings.keepOverlays, detail = settings.detail } = flags;
  return { stage, materials, pointsPerSide, layers, seed, merge, keepOverlays, detail };
}

function summary({ masks, materials, totalMs, warnings }: SegmentedFiles): string {
  const found = materials === null ? `${masks} masks` : `${materials} ${materials === 1 ? 'material' : 'materials'}`;
  return [`${found} in ${(totalMs / 1000).toFixed(1)} s`, ...warnings].join('; ');
}

function report(image: ImageInput, result: Result<SegmentedFiles, SamIAmError>, { json, out }: SegmentFlags): void {
  const written = result.ok ? result.value.files.map(({ suffix }) => join(out, image.name + suffix)) : [];
  if (json !== true) {
    for (const path of written) writeLine(path);
    return;
  }
  const outcome = result.ok
    ? {
        ok: true,
        materials: result.value.materials,
        masks: result.value.masks,
        files: written,
        warnings: result.value.warnings,
      }
    : { ok: false, error: { code: result.error.code, message: result.error.message, hint: result.error.hint } };
  writeJsonLine({ image: image.path, ...outcome });
}
