import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SamIAmError } from '../../core/errors.js';
import { valueOrThrow } from '../../core/result.js';
import { unpack } from '../../painting/threads/messages.js';
import type { TrainingListener, TrainingRequest, TrainingSettings } from './run-training.js';
import type { TrainingOutcome } from './train-project.js';
import type { TrainingMessage, TrainingOrder } from './training-worker.js';

/** Runs one training somewhere. */
export type RunTraining = (request: TrainingRequest, listener: TrainingListener) => Promise<TrainingOutcome>;

const workerFile = fileURLToPath(new URL('./training-worker.js', import.meta.url));

/** Runs each training in a process of its own, at low priority. */
export function trainInProcess(settings: TrainingSettings): RunTraining {
  return (request, listener) =>
    new Promise((resolve, reject) => {
      const child = fork(workerFile, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
      const stop = (): void => void child.kill('SIGTERM');
      listener.signal?.addEventListener('abort', stop, { once: true });
      child.on('message', (message: TrainingMessage) => {
        if (message.kind === 'progress') listener.onProgress(message.done, message.line);
        else if (message.kind === 'problem') listener.onProblem(message.line);
        else {
          try {
            resolve(valueOrThrow(unpack(message.answer)));
          } catch (thrown) {
            reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
          }
        }
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        listener.signal?.removeEventListener('abort', stop);
        // After an answer this comes too late to matter.
        reject(listener.signal?.aborted === true ? stopped() : crashed(signal ?? code));
      });
      const order: TrainingOrder = { request, settings };
      child.send(order);
    });
}

function crashed(how: string | number | null): SamIAmError {
  return new SamIAmError('internal', `the training process ended early (${how ?? 'unknown'})`, {
    hint: 'Nothing has changed: the profile in use stays. Start training again; if it happens again, the machine may lack memory.',
  });
}

function stopped(): SamIAmError {
  return new SamIAmError('cancelled', 'the training was stopped', { hint: 'It starts again with the server.' });
}
