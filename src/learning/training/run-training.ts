import { createOpenCaseImage } from '../../annotations/case-images.js';
import { openProject } from '../../annotations/label-studio-project.js';
import type { Settings } from '../../config/settings.js';
import { connectLabelStudio } from '../../label-studio/connection.js';
import type { LabelStudioAccess } from '../../label-studio/image-address.js';
import { createProjectApi } from '../../label-studio/project-api.js';
import { createEmbeddingCache } from '../../painting/embedding-cache.js';
import { addedModelsFolder, loadModels, modelsFolder } from '../../painting/models/load-models.js';
import { modelVersionOf } from '../../painting/models/model-version.js';
import { embeddingsFolder } from '../../painting/threads/segment-pool.js';
import { openProfileStore } from '../../store/profile-store.js';
import { paintableLabels } from './paintable-labels.js';
import { type TrainingOutcome, trainProject } from './train-project.js';

/** Settings that training looks at. */
export type TrainingSettings = Pick<
  Settings,
  | 'dataDir'
  | 'model'
  | 'materials'
  | 'maxImagePixels'
  | 'allowedImageHosts'
  | 'localFilesRoot'
  | 'embeddingDiskMb'
  | 'merge'
  | 'keepOverlays'
  | 'detail'
>;

/** Which project is trained, and how Label Studio is reached for it. */
export interface TrainingRequest {
  /** Label Studio's project id, without the time of creation. */
  readonly project: string;
  readonly labelStudio: LabelStudioAccess;
}

/** Who listens to a training. */
export interface TrainingListener {
  readonly signal?: AbortSignal;
  readonly onProgress: (done: number, line: string) => void;
  readonly onProblem: (line: string) => void;
}

/** The training of a server that was killed ends at its next step; until then its project waits. */
const patienceMs = 60_000;

/** Trains a project of Label Studio from what is there now, in this process: reads it, loads the models, learns, judges. */
export async function runTraining(
  { project, labelStudio }: TrainingRequest,
  settings: TrainingSettings,
  threads: number,
  listener: TrainingListener,
): Promise<TrainingOutcome> {
  const { dataDir, model, allowedImageHosts: allowedHosts, localFilesRoot, maxImagePixels } = settings;
  const connection = connectLabelStudio({ labelStudio, allowedHosts, localFilesRoot });
  try {
    const reading = { difficultyField: 'difficulty', maxPixels: maxImagePixels, acceptedOnly: true };
    const source = await openProject(createProjectApi(connection.http, labelStudio), project, reading);
    const addedFolder = addedModelsFolder(dataDir);
    const models = await loadModels({ folder: modelsFolder, addedFolder, modelId: model, threads });
    const diskBytes = settings.embeddingDiskMb * 1e6;
    return await trainProject({
      project,
      source,
      models,
      ...listener,
      labels: paintableLabels(source.labelConfig),
      materials: settings.materials,
      open: await createOpenCaseImage({ folder: undefined, ...connection }),
      baseVersion: await modelVersionOf(modelsFolder, addedFolder, model, settings),
      embeddings: createEmbeddingCache(embeddingsFolder(dataDir), { memoryBytes: 0, diskBytes }),
      maxPixels: maxImagePixels,
      store: openProfileStore(dataDir),
      patienceMs,
    });
  } finally {
    await connection.close();
  }
}
