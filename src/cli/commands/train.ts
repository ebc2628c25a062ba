import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { createOpenCaseImage } from '../../annotations/case-images.js';
import { type Connection, openConnection } from '../../app/compose.js';
import { openDataFolder } from '../../config/data-folder.js';
import { SamIAmError } from '../../core/errors.js';
import { paintableLabels } from '../../learning/training/paintable-labels.js';
import { type TrainingOutcome, trainProject } from '../../learning/training/train-project.js';
import { createEmbeddingCache } from '../../painting/embedding-cache.js';
import { addedModelsFolder, loadModels, modelsFolder } from '../../painting/models/load-models.js';
import { modelVersionOf } from '../../painting/models/model-version.js';
import { embeddingsFolder } from '../../painting/threads/segment-pool.js';
import { openProfileStore } from '../../store/profile-store.js';
import { commandSummaries } from '../command-summaries.js';
import { openEvaluationSource, settingsWithUrl } from '../evaluation-inputs.js';
import { exitStatus } from '../exit-status.js';
import { withInterruption } from '../interruption.js';
import { say, writeJsonLine, writeLine } from '../output.js';
import { createShareProgress } from '../progress.js';

interface TrainFlags {
  readonly project?: string;
  readonly export?: string;
  readonly images?: string;
  readonly url?: string;
  readonly labelConfig?: string;
  readonly json?: boolean;
}

/** Adds `sam-i-am train` (CONTRACT, "Command line"). */
export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description(commandSummaries.train)
    .option('--project <id>', 'a project of Label Studio (LABEL_STUDIO_URL, LABEL_STUDIO_API_KEY)')
    .option('--export <path>', 'a JSON export of Label Studio, a COCO file, or a folder of label images')
    .option('--images <dir>', 'folder with the micrographs of an export')
    .option('--label-config <file>', 'label config of an export (XML): only its labels are learned')
    .option('--url <url>', 'address of Label Studio (LABEL_STUDIO_URL)')
    .option('--json', 'standard output is one JSON object')
    .action(async (flags: TrainFlags) => {
      process.exitCode = await train(flags);
    });
}

async function train(flags: TrainFlags): Promise<number> {
  if ((flags.project === undefined) === (flags.export === undefined)) {
    throw new SamIAmError('usage.invalid', 'there is nothing to learn from, or two things', {
      hint: 'Give either --project ID or --export PATH.',
    });
  }
  const settings = settingsWithUrl(flags.url);
  openDataFolder(settings.dataDir);
  const connection = openConnection(settings);
  try {
    const outcome = await withInterruption((signal) => learn(flags, connection, signal));
    report(outcome, flags);
    return outcome.outcome === 'adopted' ? exitStatus.done : exitStatus.someFailed;
  } finally {
    await connection.close();
  }
}

async function learn(flags: TrainFlags, connection: Connection, signal: AbortSignal): Promise<TrainingOutcome> {
  const { settings, labelStudio, fetchTaskImage } = connection;
  const { dataDir, model, maxImagePixels } = settings;
  const opened = await openEvaluationSource({ ...flags, difficulty: 'difficulty', acceptedOnly: true }, connection);
  const addedFolder = addedModelsFolder(dataDir);
  const models = await loadModels({
    folder: modelsFolder,
    addedFolder,
    modelId: model,
    threads: availableParallelism(),
  });
  const progress = createShareProgress('training');
  try {
    return await trainProject({
      project: flags.project ?? `export ${basename(flags.export ?? '')}`,
      source: opened.source,
      labels: opened.labelConfig === undefined ? undefined : paintableLabels(opened.labelConfig),
      materials: settings.materials,
      open: await createOpenCaseImage({ folder: flags.images, fetchTaskImage, labelStudio }),
      models,
      baseVersion: await modelVersionOf(modelsFolder, addedFolder, model, settings),
      embeddings: createEmbeddingCache(embeddingsFolder(dataDir), {
        memoryBytes: 0,
        diskBytes: settings.embeddingDiskMb * 1e6,
      }),
      maxPixels: maxImagePixels,
      store: openProfileStore(dataDir),
      signal,
      onProgress: progress.update,
      onProblem: progress.note,
    });
  } finally {
    progress.done();
    await Promise.all([models.sam.release(), models.texture.release()]);
  }
}

function report(outcome: TrainingOutcome, { json }: TrainFlags): void {
  if (json === true) {
    writeJsonLine(outcome);
    return;
  }
  say(`${outcome.outcome}: ${outcome.reason}`);
  if (outcome.file !== null) writeLine(outcome.file);
}
