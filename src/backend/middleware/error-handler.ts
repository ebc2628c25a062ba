import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { asSamIAmError, SamIAmError } from '../../core/errors.js';
import { RefusedRequest, sendError, statusOf } from '../error-response.js';
import { requestLogger } from './request-id.js';

/** Answers requests for paths that do not exist. */
export function unknownPath(): RequestHandler {
  return (request) => {
    throw new RefusedRequest(
      404,
      `there is nothing at ${request.path}`,
      'Give Label Studio the address without a path.',
    );
  };
}

/** Answers requests with a method that the path does not take. */
export function wrongMethod(allowed: string): RequestHandler {
  return (request, response) => {
    response.setHeader('allow', allowed);
    throw new RefusedRequest(405, `${request.path} does not take ${request.method}`, `Use ${allowed}.`);
  };
}

/** The last stop of every error: logs it once and answers with its public part. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const error = describeParserError(thrown);
    const status = statusOf(error);
    const level = status >= 500 ? 'error' : 'warn';
    requestLogger(logger, response)[level](
      { code: error.code, err: error.code === 'internal' ? error : undefined },
      error.message,
    );
    sendError(response, error);
  };
}

/** The body parser's errors, in our words. */
function describeParserError(thrown: unknown): SamIAmError {
  const type = thrown instanceof Error && 'type' in thrown ? thrown.type : undefined;
  switch (type) {
    case 'entity.parse.failed':
      return new RefusedRequest(400, 'the body is not valid JSON', 'Send one JSON object.', thrown);
    case 'entity.too.large':
      return new RefusedRequest(413, `the body is larger than ${limitOf(thrown)}`, 'Send less at once.', thrown);
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new RefusedRequest(415, 'the encoding of the body is not supported', 'Send UTF-8 JSON.', thrown);
    case 'request.aborted':
    case 'request.size.invalid':
      return new RefusedRequest(400, 'the body ended early', 'Send the body complete.', thrown);
    default:
      return isRefusedByHttp(thrown) ? cannotRead(thrown) : asSamIAmError(thrown);
  }
}

/** The framework's own refusals of what can't be read as HTTP: a path like `/%zz`, a damaged packing. */
function isRefusedByHttp(thrown: unknown): thrown is { readonly status: number } {
  if (!(thrown instanceof Error) || thrown instanceof SamIAmError || !('status' in thrown)) return false;
  return typeof thrown.status === 'number' && thrown.status >= 400 && thrown.status < 500;
}

function cannotRead(thrown: { readonly status: number }): RefusedRequest {
  const [what, hint] = ['the request cannot be read', 'Check its address and the encoding of its body.'];
  return new RefusedRequest(thrown.status, what, hint, thrown);
}

function limitOf(thrown: unknown): string {
  const bytes = typeof thrown === 'object' && thrown !== null && 'limit' in thrown ? Number(thrown.limit) : Number.NaN;
  return Number.isFinite(bytes) ? `${Math.round(bytes / 2 ** 20)} MB` : 'allowed here';
}
