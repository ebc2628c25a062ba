import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../core/parse-json.js';
import { safeName } from './safe-name.js';
import { writeDurably } from './write-whole.js';

const projectRecord = z.object({
  id: z.string(),
  title: z.string(),
  /** Where people open it; null where that is not known. */
  url: z.string().nullable(),
  labels: z.array(z.string()),
  /** Annotated tasks: when each, and its newest annotation, was last changed, and its annotations, as far as they were looked at. */
  tasks: z.record(
    z.string(),
    z.object({ updatedAt: z.string(), annotatedAt: z.string(), annotations: z.array(z.string()) }),
  ),
  /** What was changed up to then was learned from; empty: nothing was. */
  trainedUpTo: z.string(),
});

/** A project as it was when it was last compared with Label Studio. */
export type ProjectRecord = Readonly<z.infer<typeof projectRecord>>;

/** What is known of projects, a file each. */
export interface ProjectRecords {
  read(project: string): Promise<ProjectRecord | undefined>;
  write(record: ProjectRecord): Promise<void>;
  all(): Promise<ProjectRecord[]>;
}

/** Keeps the records in `folder/projects/`. */
export function openProjectRecords(folder: string): ProjectRecords {
  const records = path.join(folder, 'projects');
  const readFrom = async (name: string): Promise<ProjectRecord | undefined> =>
    projectRecord.safeParse(parseJson(await readFile(path.join(records, name), 'utf8').catch(() => ''))).data;
  return {
    read: (project) => readFrom(`${safeName(project)}.json`),
    write: (record) => writeDurably(path.join(records, `${safeName(record.id)}.json`), JSON.stringify(record)),
    async all() {
      const names = (await readdir(records).catch(() => [])).filter((name) => /^[^.].*\.json$/.test(name));
      const found = await Promise.all(names.map(readFrom));
      return found.flatMap((record) => record ?? []);
    },
  };
}
