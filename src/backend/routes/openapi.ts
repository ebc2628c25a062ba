import type { RequestHandler } from 'express';
import type { RouteDeps } from '../app-deps.js';
import { openApi } from '../openapi.js';

/** `GET /openapi.json`: every route, described for programs. */
export function openApiRoute({ service }: RouteDeps): RequestHandler {
  const description = openApi(service.modelVersion);
  return (_request, response) => {
    response.json(description);
  };
}
