import { join } from 'node:path';
import { z } from 'zod';
import { type LogContent, openLineLog } from '../store/line-log.js';

const share = z.number();
const measures = z.object({ mIoU: share, mRecall: share, mPrecision: share, mFPR: share, best_iou: share });

const entrySchema = z.object({
  project: z.string(),
  task: z.string(),
  annotation: z.string(),
  annotator: z.string().nullable(),
  /** When the annotation was last changed, ISO 8601. */
  at: z.string(),
  modelVersion: z.string(),
  measures: measures.extend({ boundary: measures }),
  regions: z.object({ accepted: z.number(), edited: z.number(), rejected: z.number(), drawn: z.number() }),
  /** Pixels that the annotator changed, as a share of the image. */
  editedShare: share,
  leadTimeS: z.number().nullable(),
});

/** How accurate the prediction was that one submitted annotation started from. */
export type AccuracyEntry = Readonly<z.infer<typeof entrySchema>>;

const lineSchema = z.union([entrySchema, z.object({ removed: z.string() })]);

/**
 * The accuracy of every submitted annotation, the newest state of each. Kept as lines of JSON that are only ever appended, so that a
 * process that is killed loses at most the line it was writing.
 */
export interface AccuracyStore {
  /** Lines that could not be read when it was opened: they are left out. */
  readonly damaged: number;
  /** An entry older than the one that is known is ignored: webhooks may come in any order. */
  record(entry: AccuracyEntry): Promise<void>;
  remove(annotation: string): Promise<void>;
  /** All entries, or those of a project, oldest first. */
  entries(project?: string): AccuracyEntry[];
}

/** Opens the store in `folder`, which is made when the first entry comes. */
export async function openAccuracyStore(folder: string): Promise<AccuracyStore> {
  const log = openLineLog(join(folder, 'accuracy.jsonl'));
  const found = await log.read();
  const entries = newestIn(found.entries);
  // Lines that were overtaken or cut off are left behind.
  if (found.entries.length > entries.size || found.damaged > 0) await log.compact(newestOnly);
  let writing = Promise.resolve();
  const append = (line: unknown): Promise<void> => {
    writing = writing.catch(() => undefined).then(() => log.append([line]));
    return writing;
  };
  return {
    damaged: found.damaged,
    async record(entry) {
      const known = entries.get(entry.annotation);
      if (known !== undefined && known.at > entry.at) return;
      entries.set(entry.annotation, entry);
      await append(entry);
    },
    async remove(annotation) {
      if (entries.delete(annotation)) await append({ removed: annotation });
    },
    entries: (project) =>
      [...entries.values()]
        .filter((entry) => project === undefined || entry.project === project)
        .sort((a, b) => (a.at < b.at ? -1 : 1)),
  };
}

function newestIn(lines: readonly unknown[]): Map<string, AccuracyEntry> {
  const entries = new Map<string, AccuracyEntry>();
  for (const line of lines) {
    const parsed = lineSchema.safeParse(line).data;
    if (parsed === undefined) continue;
    if ('removed' in parsed) entries.delete(parsed.removed);
    else entries.set(parsed.annotation, parsed);
  }
  return entries;
}

function newestOnly({ entries }: LogContent): readonly unknown[] {
  return [...newestIn(entries).values()];
}
