import { asSamIAmError } from '../core/errors.js';
import type { Turns } from '../painting/turns.js';

/**
 * Works on tasks as places get free, one after the other: of a request of any length only as many are begun as there are places, and
 * it stands in line once. Gives the outcomes in the order of the tasks; ends early when the request is withdrawn. `work` never throws.
 */
export async function* takeTasks<Task, Outcome>(
  tasks: readonly Task[],
  places: Turns,
  work: (task: Task) => Promise<Outcome>,
  signal: AbortSignal,
): AsyncGenerator<Outcome, void> {
  const begun = new Map<number, Promise<Outcome>>();
  const line = { isOver: false, wake: (): void => undefined };
  const begin = async (): Promise<void> => {
    for (const [index, task] of tasks.entries()) {
      const leave = await places.enter(signal);
      begun.set(index, work(task).finally(leave));
      line.wake();
    }
  };
  const ended = begin()
    .catch((thrown: unknown) => {
      // Whoever withdraws a request knows; anything else is a fault of ours.
      if (asSamIAmError(thrown).code !== 'cancelled') throw thrown;
    })
    .finally(() => {
      line.isOver = true;
      line.wake();
    });
  ended.catch(() => undefined);
  for (let index = 0; index < tasks.length; index++) {
    while (!begun.has(index) && !line.isOver) await new Promise<void>((resolve) => (line.wake = resolve));
    const outcome = begun.get(index);
    if (outcome === undefined) break;
    begun.delete(index);
    yield await outcome;
  }
  await ended;
}
