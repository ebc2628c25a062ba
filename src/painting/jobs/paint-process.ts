import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SamIAmError } from '../../core/errors.js';
import { unpack } from '../threads/messages.js';
import type { SegmentPoolOptions } from '../threads/segment-pool.js';
import type { Job, OnProgress, Outcome } from './paint-job.js';
import type { FromPaintProcess, ToPaintProcess } from './paint-messages.js';
import { ProcessCrashed } from './redis-worker.js';

/** How the processes are started. */
export interface PaintProcessOptions {
  readonly pool: SegmentPoolOptions;
  /** The program; tests put another one here. */
  readonly program?: string;
}

const ownProgram = fileURLToPath(new URL('./paint-process-worker.js', import.meta.url));

/** Painting processes, one for each job at a time: whichever ends before its job is done has that job to blame, and no other. */
export class PaintProcesses {
  readonly #options: PaintProcessOptions;
  readonly #idle: PaintProcess[] = [];
  readonly #all = new Set<PaintProcess>();

  constructor(options: PaintProcessOptions) {
    this.#options = options;
  }

  /** Starts this many and waits until their models are loaded; throws if they can't be. */
  async open(count: number): Promise<void> {
    const started = Array.from({ length: count }, () => this.#start());
    await Promise.all(started.map(({ opened }) => opened));
    this.#idle.push(...started);
  }

  /** Does a job in an idle process, or in a new one. Throws {@link ProcessCrashed} if the process ended. */
  async run(job: Job, signal: AbortSignal, onProgress?: OnProgress): Promise<Outcome> {
    const worker = this.#idle.pop() ?? this.#start();
    await worker.opened;
    try {
      const painted = await worker.run(job, signal, onProgress);
      this.#idle.push(worker);
      return painted;
    } catch (thrown) {
      this.#all.delete(worker);
      throw thrown;
    }
  }

  close(): void {
    for (const worker of this.#all) worker.end();
  }

  #start(): PaintProcess {
    const worker = new PaintProcess(this.#options);
    this.#all.add(worker);
    return worker;
  }
}

class PaintProcess {
  readonly opened: Promise<void>;
  readonly #child: ChildProcess;
  #onMessage: (message: FromPaintProcess) => void = () => undefined;
  #onExit: (how: string) => void = () => undefined;

  constructor({ pool, program = ownProgram }: PaintProcessOptions) {
    this.#child = fork(program, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => this.#onMessage(message as FromPaintProcess));
    this.#child.on('exit', (status, signal) => this.#onExit(signal ?? `status ${String(status)}`));
    this.#child.on('error', () => undefined);
    this.opened = new Promise((resolve, reject) => {
      this.#onExit = (how) => reject(cannotStart(how));
      this.#onMessage = (message) => {
        if (message.kind !== 'opened') return;
        const result = unpack(message.answer);
        if (result.ok) resolve();
        else reject(result.error);
      };
    });
    this.opened.catch(() => undefined);
    this.#tell({ kind: 'open', options: pool });
  }

  run(job: Job, signal: AbortSignal, onProgress?: OnProgress): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const cancel = (): void => this.#tell({ kind: 'cancel' });
      const leave = (): void => signal.removeEventListener('abort', cancel);
      this.#onExit = (how) => {
        leave();
        reject(new ProcessCrashed(how));
      };
      this.#onMessage = (message) => {
        if (message.kind === 'progress') onProgress?.(message.progress);
        if (message.kind !== 'painted') return;
        leave();
        resolve(unpack(message.answer));
      };
      if (!this.#child.connected) this.#onExit('before it began');
      this.#tell({ kind: 'job', job });
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
    });
  }

  end(): void {
    this.#child.disconnect();
  }

  #tell(message: ToPaintProcess): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

function cannotStart(how: string): SamIAmError {
  return new SamIAmError('model.not_ready', `the process that paints ended while it was starting (${how})`, {
    hint: 'Look at the lines above; sam-i-am models verify checks the models, and too little memory ends processes, too.',
  });
}
