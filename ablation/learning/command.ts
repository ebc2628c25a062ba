import { resolve } from 'node:path';
import { defaultModelId, loadModels } from '../../src/painting/models/load-models.js';
import { type LoadedModels } from '../../src/pipeline/loaded-models.js';

/** The folder of the embedded models, which both commands measure. */
export const modelsFolder = resolve('models');

/** The folder of simulated projects that a command was given, and the embedded models; ends the process with `usage` without a folder. */
export async function openProjects(
  folder: string | undefined,
  usage: string,
): Promise<{ folder: string; models: LoadedModels }> {
  if (folder === undefined) {
    process.stderr.write(`usage: ${usage}\n`);
    process.exit(2);
  }
  const models = await loadModels({ folder: modelsFolder, addedFolder: 'none', modelId: defaultModelId, threads: 1 });
  return { folder, models };
}
