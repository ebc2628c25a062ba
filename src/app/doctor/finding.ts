import { asSamIAmError } from '../../core/errors.js';

/** What the doctor says of one thing. */
export interface Finding {
  /** What was looked at, for instance `token` or `project 3: label config`. */
  readonly check: string;
  /** `fault`: predictions fail or do not come; `warning`: they may. */
  readonly status: 'ok' | 'warning' | 'fault';
  readonly message: string;
  /** The cure of what is not ok. */
  readonly hint?: string;
}

/** What is as it should be. */
export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message };
}

/** What works, but not as well as it could; the hint says what to do. */
export function warning(check: string, message: string, hint: string): Finding {
  return { check, status: 'warning', message, hint };
}

/** What keeps the program from working; the hint says what to do. */
export function fault(check: string, message: string, hint: string): Finding {
  return { check, status: 'fault', message, hint };
}

/** What was thrown, as a fault with its own cure. */
export function faultOf(check: string, thrown: unknown): Finding {
  const { message, hint } = asSamIAmError(thrown);
  return fault(check, message, hint);
}
