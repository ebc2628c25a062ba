import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from './disk-error.js';
import { sealedLine, unsealed } from './sealed-line.js';

/**
 * The scores that predictions were posted with, one short line each. Label Studio tells the score of a prediction only together with all its
 * masks, so that reading the order of review from there takes long: of predictions made elsewhere it is read once.
 */
export interface ScoreJournal {
  /** What any process had last written for the task when the journal was opened. */
  of(task: number): number | undefined;
  keep(task: number, score: number): Promise<void>;
}

/** Keeps them in `folder`, one folder per project and model version. */
export async function openScoreJournal(folder: string): Promise<ScoreJournal> {
  const file = join(folder, 'scores.tsv');
  const text = await readFile(file, 'utf8').catch(() => '');
  return {
    of: lookUp(text),
    async keep(task, score) {
      try {
        await mkdir(folder, { recursive: true });
        // Short appended lines of several processes do not mix.
        await appendFile(file, sealedLine(`${task}\t${score}`));
      } catch (thrown) {
        throw diskError(thrown, folder);
      }
    },
  };
}

/** A map would take several times as much memory, which counts in projects of a million tasks. */
function lookUp(text: string): ScoreJournal['of'] {
  const tasks: number[] = [];
  const scores: number[] = [];
  for (const line of text.split('\n')) {
    const [task, score] = unsealed(line)?.split('\t') ?? [];
    if (task === undefined || score === undefined) continue;
    tasks.push(Number(task));
    scores.push(Number(score));
  }
  const taskAt = (index: number | undefined): number => (index === undefined ? NaN : Number(tasks[index]));
  const order = Uint32Array.from(tasks.keys()).sort((a, b) => taskAt(a) - taskAt(b) || a - b);
  return (task) => {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (taskAt(order[middle]) <= task) low = middle + 1;
      else high = middle;
    }
    const last = order[low - 1];
    return last !== undefined && taskAt(last) === task ? scores[last] : undefined;
  };
}
