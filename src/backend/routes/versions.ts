import type { RequestHandler } from 'express';
import type { RouteDeps } from '../app-deps.js';

/** `GET /versions`: the version without a profile, and those of all profiles. Label Studio does not say which project it asks for. */
export function versionsRoute({ service, learning }: RouteDeps): RequestHandler {
  return async (_request, response) => {
    response.json({ versions: (await learning?.versions()) ?? [service.modelVersion] });
  };
}
