import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RefusedRequest } from '../error-response.js';

/** The example micrographs, beside the code. */
const examplesFolder = fileURLToPath(new URL('../../../examples', import.meta.url));

/** File names of the examples: PNG files without what lies beside them. */
export async function exampleNames(): Promise<string[]> {
  const names = await readdir(examplesFolder).catch(() => []);
  return names.filter((name) => /^[^.]+\.png$/.test(name)).sort();
}

/** The file of an example, named as {@link exampleNames} names it. */
export async function readExample(name: string): Promise<Buffer> {
  const names = await exampleNames();
  if (names.includes(name)) return readFile(join(examplesFolder, name));
  throw new RefusedRequest(404, `there is no example ${name}`, `Take one of: ${names.join(', ')}.`);
}

/** What no rule can make of a file name. */
const knownTitles: Readonly<Record<string, string>> = { 'srtio3-film-on-ge.png': 'SrTiO₃ film on Ge' };

/** `layered-oxides.png` → `Layered oxides`. */
export function exampleTitle(name: string): string {
  const words = name.replace(/\.png$/, '').replaceAll('-', ' ');
  return knownTitles[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
