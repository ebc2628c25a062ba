import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

const header = 'x-request-id';

/** Gives every request an id, which the answer's header and the log lines carry. */
export function requestId(): RequestHandler {
  return (_request, response, next) => {
    response.setHeader(header, randomUUID());
    next();
  };
}

/** A logger whose lines carry the id of a request. */
export function requestLogger(logger: Logger, response: Response): Logger {
  return logger.child({ requestId: response.getHeader(header) });
}
