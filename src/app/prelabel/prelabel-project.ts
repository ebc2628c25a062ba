import { setTimeout as sleep } from 'node:timers/promises';
import { asSamIAmError, type SamIAmError } from '../../core/errors.js';
import type { BrushResult } from '../../label-studio/brush-result.js';
import type {
  LedgerTask,
  NewPrediction,
  PredictionLedger,
  TaskSelection,
} from '../../label-studio/prediction-ledger.js';
import type { TaskClaims } from '../../store/task-claims.js';
import { Batches } from './batches.js';
import { type Patience, withPatience } from './patience.js';
import { type Posted, postPredictions } from './post-predictions.js';
import { ReviewOrder } from './review-order.js';

/** One task, done. `present`: it had its prediction already; `missing`: a dry run leaves it so. */
export interface PrelabelledTask {
  readonly task: number;
  readonly outcome: Posted['outcome'] | 'missing';
  readonly score?: number | null;
  readonly error?: SamIAmError;
}

/** The scores that predictions of one model version were posted with. */
export interface KnownScores {
  /** Undefined: not known here. */
  of(task: number): number | undefined;
  keep(task: number, score: number): Promise<void>;
}

/** What pre-labelling needs from outside. */
export interface PrelabelDeps {
  readonly ledger: PredictionLedger;
  readonly claims: TaskClaims;
  readonly modelVersion: string;
  readonly paint: (task: LedgerTask) => Promise<BrushResult>;
  /** Keeps a copy of what was posted. */
  readonly keepCopy: (task: number, result: BrushResult) => Promise<void>;
  /** Scores of this and earlier runs, because Label Studio tells some of them only together with all masks. */
  readonly scores: KnownScores;
  /** Tasks under way at the same time. */
  readonly inFlight: number;
  /** Only looks which tasks have no prediction. */
  readonly dryRun?: boolean;
  /** How long to wait before looking again at tasks that others are working on. */
  readonly lookAgainMs?: number;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly onTask: (done: PrelabelledTask) => void;
}

/** What a run came to. */
export interface PrelabelSummary {
  readonly posted: number;
  readonly present: number;
  readonly failed: number;
  /** Found without a prediction by a dry run. */
  readonly missing: number;
  /** Second predictions of one version that were deleted. */
  readonly surplus: number;
  readonly order: ReviewOrder;
}

/** Tasks that are looked at once more together, if the list that they are from is older than `freshMs`. */
const tasksPerLook = 10;
/** Scores that are read from Label Studio at the same time. */
const scoresAtOnce = 4;
const freshMs = 1_000;

/**
 * Predicts every task of the selection that has no prediction of the model version. Label Studio's list of tasks is the only
 * record of what is done, so that a run goes on wherever the last one stopped, and any number of them may run at once.
 */
export async function prelabelProject(selection: TaskSelection, deps: PrelabelDeps): Promise<PrelabelSummary> {
  const { lookAgainMs = 2_000 } = deps;
  const run = new PrelabelRun(deps);
  let left = await run.pass(selection);
  while (left.length > 0 && !deps.signal.aborted) {
    await sleep(lookAgainMs, undefined, { signal: deps.signal }).catch(() => undefined);
    left = await run.pass({ ...selection, ids: left });
  }
  if (!deps.signal.aborted && run.hasPosted) await run.sweep(selection);
  return run.summary();
}

class PrelabelRun {
  readonly #deps: PrelabelDeps;
  readonly #batches: Batches<{ readonly prediction: NewPrediction; readonly result: BrushResult }>;
  readonly #order = new ReviewOrder();
  readonly #claimed = new Set<number>();
  readonly #counts = { posted: 0, present: 0, failed: 0, missing: 0, surplus: 0 };

  constructor(deps: PrelabelDeps) {
    this.#deps = deps;
    this.#batches = new Batches((items) => this.#post(items));
  }

  get hasPosted(): boolean {
    return this.#counts.posted > 0;
  }

  summary(): PrelabelSummary {
    return { ...this.#counts, order: this.#order };
  }

  /** One walk over the tasks; gives those that another process has in hand. */
  async pass(selection: TaskSelection): Promise<number[]> {
    const { claims, inFlight, signal, dryRun = false } = this.#deps;
    const elsewhere: number[] = [];
    const running = new Set<Promise<void>>();
    const failures: unknown[] = [];
    try {
      for await (const task of this.#missing(selection)) {
        if (signal.aborted || failures.length > 0) break;
        if (dryRun) this.#done({ task: task.id, outcome: 'missing' });
        else if ((await claims.claim(task.id)) === 'elsewhere') elsewhere.push(task.id);
        else {
          this.#claimed.add(task.id);
          const one: Promise<void> = this.#predict(task)
            .catch((thrown: unknown) => void failures.push(thrown))
            .finally(() => running.delete(one));
          running.add(one);
        }
        if (running.size >= inFlight) await Promise.race(running);
      }
    } finally {
      await Promise.all(running);
      await this.#batches.flush().catch((thrown: unknown) => failures.push(thrown));
      // Batches behind one that failed were not sent.
      for (const id of this.#claimed) await this.#release(id);
    }
    if (failures.length > 0) throw failures[0];
    return elsewhere;
  }

  /** Looks at every task once more: what a killed process had sent may have been stored after we looked. */
  async sweep(selection: TaskSelection): Promise<void> {
    for await (const page of this.#pages(selection)) await this.#present(page);
  }

  async *#missing(selection: TaskSelection): AsyncGenerator<LedgerTask> {
    for await (const page of this.#pages(selection)) {
      const present = await this.#present(page);
      const missing = page.filter(({ id }) => !present.has(id));
      await this.#havePredictions(present);
      yield* this.#stillMissing(missing);
    }
  }

  /** A page takes minutes, in which others may have predicted its tasks: the next few are asked for again before their turn. */
  async *#stillMissing(tasks: readonly LedgerTask[]): AsyncGenerator<LedgerTask> {
    const asked = Date.now();
    for (let start = 0; start < tasks.length; start += tasksPerLook) {
      const few = tasks.slice(start, start + tasksPerLook).map((task) => ({ ...task, hasPredictions: true }));
      const present = Date.now() - asked < freshMs ? new Map<number, number | null>() : await this.#present(few);
      await this.#havePredictions(present);
      for (const task of few) if (!present.has(task.id)) yield task;
    }
  }

  async *#pages(selection: TaskSelection): AsyncGenerator<readonly LedgerTask[]> {
    const { ledger, patience } = this.#deps;
    for (let after = 0; ;) {
      const page = await withPatience(() => ledger.page(selection, after), patience);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.id;
    }
  }

  /** Tells of tasks that have their prediction, with its score: known here, told by the list, or read from the prediction itself. */
  async #havePredictions(present: ReadonlyMap<number, number | null>): Promise<void> {
    const tasks = [...present];
    for (let start = 0; start < tasks.length && !this.#deps.signal.aborted; start += scoresAtOnce) {
      const few = tasks.slice(start, start + scoresAtOnce);
      const scores = await Promise.all(few.map(async ([task, listed]) => listed ?? (await this.#readScore(task))));
      for (const [index, [task]] of few.entries()) {
        this.#done({ task, outcome: 'present', score: scores[index] ?? null });
      }
    }
  }

  /** Reads a score once for this and later runs: all masks come with it. */
  async #readScore(task: number): Promise<number | null> {
    const { ledger, modelVersion, patience, scores, dryRun = false } = this.#deps;
    const score = await withPatience(() => ledger.scoreOf(task, modelVersion), patience);
    if (score !== null && !dryRun) await scores.keep(task, score);
    return score;
  }

  /** The scores of those tasks that have a prediction of the version; second ones are deleted. */
  async #present(page: readonly LedgerTask[]): Promise<Map<number, number | null>> {
    const { ledger, modelVersion, patience } = this.#deps;
    const ids = page.filter(({ hasPredictions }) => hasPredictions).map(({ id }) => id);
    if (ids.length === 0) return new Map();
    const found = await withPatience(() => ledger.predicted(ids, modelVersion), patience);
    for (const { id, hasSurplus } of found) {
      if (!hasSurplus || this.#deps.dryRun === true) continue;
      this.#counts.surplus += await withPatience(() => ledger.deleteSurplus(id, modelVersion), patience);
    }
    return new Map(found.map(({ id, score }) => [id, this.#deps.scores.of(id) ?? score]));
  }

  async #predict(task: LedgerTask): Promise<void> {
    const { modelVersion, signal } = this.#deps;
    try {
      const result = await this.#paint(task);
      const prediction: NewPrediction = {
        task: task.id,
        result: [...result.regions, ...result.notes],
        score: result.score,
        model_version: modelVersion,
      };
      await this.#batches.add({ prediction, result }, sizeOf(result));
    } catch (thrown) {
      await this.#release(task.id);
      if (signal.aborted) return;
      const error = await this.#reasonOf(task, asSamIAmError(thrown));
      if (endsTheRun(error)) throw error;
      this.#done({ task: task.id, outcome: 'failed', error });
    }
  }

  /** Where a token has expired or the project is gone, images are refused as well: then Label Studio's own answer is the reason. */
  async #reasonOf({ id }: LedgerTask, error: SamIAmError): Promise<SamIAmError> {
    if (!error.code.startsWith('image.')) return error;
    const { ledger, modelVersion, patience } = this.#deps;
    return withPatience(() => ledger.predicted([id], modelVersion), patience).then(() => error, asSamIAmError);
  }

  /** Images lie on Label Studio, too: while it is away, nothing is the task's fault. */
  async #paint(task: LedgerTask): Promise<BrushResult> {
    const { paint, patience } = this.#deps;
    return withPatience(() => paint(task), { ...patience, only: 'label_studio.unreachable' });
  }

  async #post(items: readonly { readonly prediction: NewPrediction; readonly result: BrushResult }[]): Promise<void> {
    const { keepCopy, scores } = this.#deps;
    const ids = items.map(({ prediction }) => prediction.task);
    try {
      // First, so that a full disk is noticed before anything is posted.
      for (const { prediction } of items) await scores.keep(prediction.task, prediction.score);
      const outcomes = await postPredictions(
        items.map(({ prediction }) => prediction),
        this.#deps,
      );
      for (const { prediction, result } of items) {
        const { task, score } = prediction;
        const posted = outcomes.get(task) ?? { outcome: 'present' };
        if (posted.outcome === 'posted') await keepCopy(task, result);
        this.#done({ task, score, ...posted });
      }
    } finally {
      for (const id of ids) await this.#release(id);
    }
  }

  async #release(task: number): Promise<void> {
    this.#claimed.delete(task);
    await this.#deps.claims.release(task);
  }

  #done(done: PrelabelledTask): void {
    this.#counts[done.outcome]++;
    if (typeof done.score === 'number') this.#order.add(done.task, done.score);
    this.#deps.onTask(done);
  }
}

function sizeOf({ regions }: BrushResult): number {
  return regions.reduce((sum, { value }) => sum + value.rle.length, 0);
}

/** What would befall every other task as well. */
function endsTheRun({ code }: SamIAmError): boolean {
  return ['label_studio.', 'model.', 'queue.', 'disk.'].some((family) => code.startsWith(family));
}
