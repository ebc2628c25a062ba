import { asSamIAmError, SamIAmError } from '../../core/errors.js';
import type { NewPrediction, PredictionLedger } from '../../label-studio/prediction-ledger.js';
import type { TaskClaims } from '../../store/task-claims.js';
import { type Patience, withPatience } from './patience.js';

/** What became of a prediction that was to be posted. */
export type Posted =
  | { readonly outcome: 'posted' }
  /** Someone else had posted one meanwhile. */
  | { readonly outcome: 'present' }
  | { readonly outcome: 'failed'; readonly error: SamIAmError };

/** What posting needs. */
export interface Posting {
  readonly ledger: PredictionLedger;
  readonly claims: TaskClaims;
  readonly modelVersion: string;
  readonly patience: Patience;
}

/**
 * Posts a batch so that each task ends with one prediction of the version: looks which tasks have one by now, posts the others,
 * looks again, and deletes all but the first where two processes were faster than either's look. An answer that got lost is
 * followed by another look, not by another post.
 */
export async function postPredictions(
  batch: readonly NewPrediction[],
  { ledger, claims, modelVersion, patience }: Posting,
): Promise<Map<number, Posted>> {
  const ids = batch.map(({ task }) => task);
  for (const id of ids) await claims.markPosting(id);
  const outcomes = new Map<number, Posted>();
  const sent = new Set<number>();
  await withPatience(async () => {
    const present = new Set((await ledger.predicted(ids, modelVersion)).map(({ id }) => id));
    for (const id of present) if (!outcomes.has(id)) outcomes.set(id, { outcome: sent.has(id) ? 'posted' : 'present' });
    const missing = batch.filter(({ task }) => !outcomes.has(task));
    for (const { task } of missing) sent.add(task);
    for (const [task, posted] of await post(missing, ledger)) outcomes.set(task, posted);
  }, patience);
  await withPatience(() => deleteSurplus(ids, { ledger, modelVersion }, outcomes), patience);
  return outcomes;
}

/** A batch that is refused goes task by task, so that only those stay behind that Label Studio does not take. */
async function post(batch: readonly NewPrediction[], ledger: PredictionLedger): Promise<[number, Posted][]> {
  if (batch.length === 0) return [];
  try {
    await ledger.post(batch);
    return batch.map(({ task }) => [task, { outcome: 'posted' }]);
  } catch (thrown) {
    const error = asSamIAmError(thrown);
    if (error.code !== 'label_studio.refused') throw error;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) return [[only.task, { outcome: 'failed', error: refused(error) }]];
  }
  const each: [number, Posted][] = [];
  for (const prediction of batch) each.push(...(await post([prediction], ledger)));
  return each;
}

/** Looks what is stored now: one of each, or the batch did not do what it should. */
async function deleteSurplus(
  ids: readonly number[],
  { ledger, modelVersion }: Pick<Posting, 'ledger' | 'modelVersion'>,
  outcomes: Map<number, Posted>,
): Promise<void> {
  const stored = new Map((await ledger.predicted(ids, modelVersion)).map((each) => [each.id, each]));
  for (const id of ids) {
    const found = stored.get(id);
    if (found?.hasSurplus === true) await ledger.deleteSurplus(id, modelVersion);
    if (found === undefined && outcomes.get(id)?.outcome !== 'failed') {
      outcomes.set(id, { outcome: 'failed', error: notKept() });
    }
  }
}

function refused(cause: SamIAmError): SamIAmError {
  return new SamIAmError('label_studio.refused', 'Label Studio did not take the prediction', {
    hint: 'Look whether the task is still in the project; if so, look into the log of Label Studio.',
    cause,
  });
}

function notKept(): SamIAmError {
  return new SamIAmError('label_studio.refused', 'Label Studio took the prediction and has not kept it', {
    hint: 'Look whether the task was deleted, and whether the label config was changed: Label Studio drops labels that it does not know.',
  });
}
