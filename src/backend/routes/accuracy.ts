import type { RequestHandler } from 'express';
import type { RouteDeps } from '../app-deps.js';

/** `GET /accuracy?project=1`: how accurate the prediction of each submitted annotation was, oldest first, for the web page. */
export function accuracyRoute({ accuracy }: RouteDeps): RequestHandler {
  return (request, response) => {
    const { project } = request.query;
    response.json({ annotations: accuracy?.entries(typeof project === 'string' ? project : undefined) ?? [] });
  };
}
