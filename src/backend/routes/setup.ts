import type { RequestHandler } from 'express';
import { setupRequestSchema } from '../../label-studio/protocol.js';
import type { RouteDeps } from '../app-deps.js';
import { parseBody } from '../parse-body.js';

/** `POST /setup`: remembers the project and answers at once with the version that predictions will carry. */
export function setupRoute({ projects, service }: RouteDeps): RequestHandler {
  return (request, response) => {
    projects.remember(parseBody(setupRequestSchema, request.body));
    response.json({ model_version: service.modelVersion });
  };
}
