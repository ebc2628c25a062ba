import type { RequestHandler } from 'express';
import { RefusedRequest } from '../error-response.js';

/** Refuses changes that another site's page asks a visitor's browser for: the browser would send the visitor's login along. */
export function sameOrigin(): RequestHandler {
  return (request, _response, next) => {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const site = request.get('sec-fetch-site');
    if (isReading || site === undefined || site === 'same-origin' || site === 'none') {
      next();
      return;
    }
    throw new RefusedRequest(403, "another site's page must not change anything here", "Use this server's own page.");
  };
}
