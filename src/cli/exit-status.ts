import type { ErrorCode } from '../core/errors.js';

/** 0: all done; 1: some inputs failed; 2: bad usage; 130: interrupted (CONTRACT, "Exit status"). */
export const exitStatus = { done: 0, someFailed: 1, badUsage: 2, interrupted: 130 } as const;

const unreadable: ReadonlySet<ErrorCode> = new Set(['image.unreadable', 'file.unreadable']);

/** Whether an input was no image at all: a command that meets nothing else was given the wrong ones, which is bad usage. */
export function isUnreadable(code: ErrorCode): boolean {
  return unreadable.has(code);
}

/** The status for an error that ends the whole command. */
export function exitStatusOf(code: ErrorCode): number {
  if (code === 'usage.invalid' || code === 'settings.invalid' || code === 'model.unknown') return exitStatus.badUsage;
  return code === 'cancelled' ? exitStatus.interrupted : exitStatus.someFailed;
}
