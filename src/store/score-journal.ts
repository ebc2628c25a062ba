import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from './disk-error.js';

/**
 * The scores that predictions were posted with, one short line each. Label Studio tells the score of a prediction only together with all its
 * masks, so that the order of review over several runs of a command could not be had from there.
 */
export interface ScoreJournal {
  add(task: number, score: number): Promise<void>;
  /** What was last written for each task, by any process. */
  read(): Promise<ReadonlyMap<number, number>>;
}

/** Keeps them in `folder`, one folder per project and model version. */
export function openScoreJournal(folder: string): ScoreJournal {
  const file = join(folder, 'scores.tsv');
  return {
    async add(task, score) {
      try {
        await mkdir(folder, { recursive: true });
        // Short appended lines of several processes do not mix.
        await appendFile(file, `${task}\t${score}\n`);
      } catch (thrown) {
        throw diskError(thrown, folder);
      }
    },
    async read() {
      const text = await readFile(file, 'utf8').catch(() => '');
      const scores = new Map<number, number>();
      for (const [, task, score] of text.matchAll(/^(\d+)\t([\d.e-]+)$/gm)) scores.set(Number(task), Number(score));
      return scores;
    },
  };
}
