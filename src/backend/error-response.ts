import type { Response } from 'express';
import { asSamIAmError, type ErrorCode, SamIAmError } from '../core/errors.js';

/** The HTTP status of each error. Complete: a new code without a status does not compile. */
export const statusOfCode: Readonly<Record<ErrorCode, number>> = {
  'usage.invalid': 400,
  'settings.invalid': 500,
  'label_config.unreadable': 422,
  'label_config.no_brush_labels': 422,
  'image.missing': 422,
  'image.forbidden': 422,
  'image.not_found': 422,
  'image.too_large': 422,
  'image.unreadable': 422,
  'image.timeout': 504,
  'image.crashing': 422,
  'model.unknown': 500,
  'model.checksum': 500,
  'model.incompatible': 500,
  'model.not_ready': 503,
  'model.unreachable': 502,
  'label_studio.unauthorised': 502,
  'label_studio.unreachable': 502,
  'label_studio.refused': 502,
  'disk.unwritable': 500,
  'file.unreadable': 500,
  'queue.unauthorised': 502,
  'queue.unreachable': 502,
  'queue.refused': 502,
  'capacity.queue_full': 429,
  'capacity.deadline': 504,
  'request.invalid': 400,
  cancelled: 499,
  internal: 500,
};

/** A request that HTTP itself has a status for: an unknown path, a wrong method, a missing login, too long a body. */
export class RefusedRequest extends SamIAmError {
  readonly status: number;

  constructor(status: number, message: string, hint: string, cause?: unknown) {
    super('request.invalid', message, { hint, cause });
    this.name = 'RefusedRequest';
    this.status = status;
  }
}

/** What of an error is told to a client: never its stack or cause. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** The public part of an error; the message of an unexpected one stays in the log. */
export function errorBody(error: SamIAmError): ErrorBody {
  // Paths of this machine are nobody's business elsewhere.
  const isOurs = error.code === 'internal' || error.code === 'file.unreadable';
  const message = isOurs ? 'something unexpected went wrong' : error.message;
  return { code: error.code, message, hint: error.hint };
}

/** The HTTP status of an error. */
export function statusOf(error: SamIAmError): number {
  return error instanceof RefusedRequest ? error.status : statusOfCode[error.code];
}

/** Answers with an error; if an answer is under way already, its status stays what it was. */
export function sendError(response: Response, thrown: unknown): void {
  const error = asSamIAmError(thrown);
  if (response.headersSent) {
    response.end(JSON.stringify({ error: errorBody(error) }));
    return;
  }
  const status = statusOf(error);
  // Label Studio's client would wait that long inside a health check.
  const isBusy = status === 429 || status === 503;
  if (isBusy && response.req.method !== 'GET' && !response.hasHeader('retry-after'))
    response.setHeader('retry-after', '5');
  const body = errorBody(error);
  response.status(status);
  response.statusMessage = reasonPhrase(body);
  response.json({ error: body });
}

const longestReason = 300;

/** The status line is all of an error that Label Studio shows its users, so that it says what is wrong and what to do. */
function reasonPhrase({ message, hint }: ErrorBody): string {
  const text = `${message}. ${hint}`.replace(/[\u2018\u2019]/g, "'").replace(/[^\x20-\x7e]+/g, '?');
  return text.slice(0, longestReason);
}
