import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { requestLogger } from './request-id.js';

/** Paths that Label Studio asks for with every click: logged at level debug. */
const frequentPaths = new Set(['/health', '/ready', '/setup']);

/** What the web page asks for several times a second. */
function isPolled(method: string, path: string): boolean {
  return method === 'GET' && path.startsWith('/api/');
}

/** Logs one line per request when it ends: never its body, its headers or its query. */
export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const { method, path } = request;
    const start = performance.now();
    response.once('close', () => {
      const durationMs = Math.round(performance.now() - start);
      const line = { method, path, status: response.statusCode, durationMs, complete: response.writableFinished };
      requestLogger(logger, response)[frequentPaths.has(path) || isPolled(method, path) ? 'debug' : 'info'](
        line,
        'request',
      );
    });
    next();
  };
}
