import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceItem } from '../../src/annotations/evaluation-case.js';
import { openSource } from '../../src/annotations/open-source.js';

const reading = { difficultyField: 'difficulty', maxPixels: 1e6 };

/** A new, empty folder. */
export const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'evaluation-'));

/** A new file: text as it is, other content as JSON. */
export async function file(content: unknown, name = 'file.json'): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** Everything that a source has. */
export async function itemsOf(path: string, predictions?: string, labelConfig?: string): Promise<SourceItem[]> {
  const source = await openSource({ path, predictions, labelConfig }, reading);
  const items: SourceItem[] = [];
  for await (const item of source.items()) items.push(item);
  return items;
}

/** What is wrong with the items, as `id: message`. */
export const problemsOf = (items: readonly SourceItem[]) =>
  items.flatMap(({ problems }) => problems.map(({ id, message }) => `${id}: ${message}`));
