import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function rootAbove(folder: string): string {
  return existsSync(path.join(folder, 'package.json')) ? path.join(folder, '/') : rootAbove(path.dirname(folder));
}

/** The folder of the repository, with a separator at its end: programs run from where they are built to. */
export const root = rootAbove(fileURLToPath(new URL('.', import.meta.url)));
