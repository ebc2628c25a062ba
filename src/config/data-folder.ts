import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { SamIAmError } from '../core/errors.js';

/** Where data is kept unless DATA_DIR says otherwise: the folder that the system has for it, for instance ~/.local/share/sam-i-am. */
export function defaultDataFolder(): string {
  return envPaths('sam-i-am', { suffix: '' }).data;
}

/** What sam-i-am makes in its data folder; one of them shows that a folder named `data` is not somebody else's. */
const ownEntries = ['predictions', 'embeddings', 'profiles', 'projects', 'prelabel', 'models', 'accuracy.jsonl'];

/** `data` of the given folder, if it was the data folder of an earlier version, which took it by default; else undefined. */
export function earlierDataFolder(folder: string): string | undefined {
  const data = join(folder, 'data');
  return ownEntries.some((name) => existsSync(join(data, name))) ? data : undefined;
}

/** Makes the data folder if it does not exist; `disk.unwritable` where that, or writing in it, is not allowed. */
export function openDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
  } catch (cause) {
    throw new SamIAmError('disk.unwritable', `the data folder ${dataDir} can't be written to`, {
      hint: 'Set DATA_DIR to a folder that may be written to.',
      cause,
    });
  }
}
