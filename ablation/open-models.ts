import { resolve } from 'node:path';
import { loadSettings } from '../src/config/settings.js';
import { addedModelsFolder, defaultModelId, loadModels } from '../src/painting/models/load-models.js';
import { type LoadedModels } from '../src/pipeline/loaded-models.js';

/** Where models lie: the embedded ones, and those that a user has added. */
export const modelsFolder = resolve('models');

/** Where models that users have added lie. */
export const addedFolder = addedModelsFolder(loadSettings(process.env).dataDir);

/** The models that a command measures. `threads` as given on the command line. */
export function openModels(threads: string, modelId = defaultModelId, folder = modelsFolder): Promise<LoadedModels> {
  return loadModels({ folder, addedFolder, modelId, threads: Number(threads) });
}
