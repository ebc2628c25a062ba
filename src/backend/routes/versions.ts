import type { RequestHandler } from 'express';
import type { RouteDeps } from '../app-deps.js';

/** `GET /versions`: the versions that can predict. */
export function versionsRoute({ service }: RouteDeps): RequestHandler {
  return (_request, response) => {
    response.json({ versions: [service.modelVersion] });
  };
}
