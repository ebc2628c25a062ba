import { systemReason } from './system-error.js';

/** Stable names of everything that can go wrong; they appear in HTTP answers, logs and the documentation. */
export const errorCodes = [
  'usage.invalid',
  'settings.invalid',
  'label_config.unreadable',
  'label_config.no_brush_labels',
  'image.missing',
  'image.forbidden',
  'image.not_found',
  'image.too_large',
  'image.unreadable',
  'image.timeout',
  'image.crashing',
  'model.unknown',
  'model.checksum',
  'model.incompatible',
  'model.not_ready',
  'model.unreachable',
  'label_studio.unauthorised',
  'label_studio.unreachable',
  'label_studio.refused',
  'disk.unwritable',
  'file.unreadable',
  'queue.unauthorised',
  'queue.unreachable',
  'queue.refused',
  'capacity.queue_full',
  'capacity.deadline',
  'request.invalid',
  'cancelled',
  'internal',
] as const;

/** A code that users may match on: it never changes. */
export type ErrorCode = (typeof errorCodes)[number];

/** What an error says besides its message. */
export interface ErrorDetails {
  /** What the reader can do about it: one sentence, imperative. */
  readonly hint: string;
  readonly cause?: unknown;
}

/** The one error type that crosses layers. `message` says what is wrong, `hint` what to do about it. */
export class SamIAmError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SamIAmError';
    this.code = code;
    this.hint = details.hint;
  }
}

/**
 * Any thrown value as a {@link SamIAmError}: what the operating system says of a file becomes `file.unreadable`, anything else `internal`, with the original
 * as its cause.
 */
export function asSamIAmError(thrown: unknown): SamIAmError {
  if (thrown instanceof SamIAmError) return thrown;
  const system = systemReason(thrown);
  if (system !== undefined) {
    const { path = 'it', reason, hint } = system;
    return new SamIAmError('file.unreadable', `${path} ${reason}`, { hint, cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SamIAmError('internal', message, {
    hint: 'This is a fault of sam-i-am: please report it with the log lines around it.',
    cause: thrown,
  });
}
