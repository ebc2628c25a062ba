import { constants, getPriority, setPriority } from 'node:os';
import { answer, type WorkerAnswer } from '../../painting/threads/messages.js';
import { runTraining, type TrainingRequest, type TrainingSettings } from './run-training.js';
import type { TrainingOutcome } from './train-project.js';

/** What the process is told to do; sent once, over its channel, because it holds a token. */
export interface TrainingOrder {
  readonly request: TrainingRequest;
  readonly settings: TrainingSettings;
}

/** What the process says. */
export type TrainingMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly line: string }
  | { readonly kind: 'problem'; readonly line: string }
  | { readonly kind: 'ended'; readonly answer: WorkerAnswer<TrainingOutcome> };

/*
 * A process of its own for one training: only processes have priorities, and whatever happens here leaves the server as it is. Without its
 * server it ends, so that no training goes on that nobody knows of.
 */
const stop = new AbortController();
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => stop.abort());
process.once('message', (order: TrainingOrder) => {
  // Below the server, whatever priority that was given.
  setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + constants.priority.PRIORITY_BELOW_NORMAL));
  void train(order);
});

async function train({ request, settings }: TrainingOrder): Promise<void> {
  const tell = (message: TrainingMessage): void => void process.send?.(message);
  const ended = await answer(() =>
    runTraining(request, settings, 1, {
      signal: stop.signal,
      onProgress: (done, line) => tell({ kind: 'progress', done, line }),
      onProblem: (line) => tell({ kind: 'problem', line }),
    }),
  );
  process.send?.({ kind: 'ended', answer: ended } satisfies TrainingMessage, () => process.exit(0));
}
