import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { createOpenCaseImage } from '../../annotations/case-images.js';
import { openDataFolder } from '../../config/data-folder.js';
import type { Settings } from '../../config/settings.js';
import { SamIAmError } from '../../core/errors.js';
import { createFetchTaskImage } from '../../label-studio/fetch-task-image.js';
import { createHttpClient, type HttpClient } from '../../label-studio/http-client.js';
import type { LabelStudioAccess } from '../../label-studio/image-address.js';
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
import { writeJsonLine, writeLine } from '../output.js';
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
  const http = createHttpClient({ allowedHosts: settings.allowedImageHosts });
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const outcome = await learn(flags, settings, http, interrupted.signal);
    report(outcome, flags);
    return outcome.outcome === 'adopted' ? exitStatus.done : exitStatus.someFailed;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await http.close();
  }
}

async function learn(
  flags: TrainFlags,
  settings: Settings,
  http: HttpClient,
  signal: AbortSignal,
): Promise<TrainingOutcome> {
  const { dataDir, model, allowedImageHosts: allowedHosts, localFilesRoot, maxImagePixels } = settings;
  const labelStudio: LabelStudioAccess = { url: settings.labelStudioUrl, token: settings.labelStudioApiKey };
  const opened = await openEvaluationSource(
    { ...flags, difficulty: 'difficulty', acceptedOnly: true },
    { http, labelStudio, settings },
  );
  const fetchTaskImage = createFetchTaskImage({ allowedHosts, localFilesRoot, http });
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
      baseVersion: await modelVersionOf(modelsFolder, addedFolder, model),
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
  process.stderr.write(`${outcome.outcome}: ${outcome.reason}\n`);
  if (outcome.file !== null) writeLine(outcome.file);
}
