import type { RequestHandler } from 'express';
import { z } from 'zod';
import { SamIAmError } from '../../core/errors.js';
import { projectNumberOf } from '../../label-studio/protocol.js';
import type { RouteDeps } from '../app-deps.js';
import { RefusedRequest } from '../error-response.js';
import { parseBody } from '../parse-body.js';

/** `GET /api/projects`: the connected projects, what was learned in each, and how far a training is. */
export function projectsRoute({ learning }: RouteDeps): RequestHandler {
  return async (_request, response) => {
    response.json({ projects: (await learning?.projects()) ?? [] });
  };
}

/** `POST /api/projects/:id/train`: starts a training, or tells of the one that is under way. */
export function trainProjectRoute(deps: RouteDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const id = projectId(request.params.id);
    const training = await learningOf(deps).train(id);
    response.status(202).json({ training });
  };
}

const rollbackBody = z.object({ version: z.string().optional() });

/** `POST /api/projects/:id/rollback`: uses an earlier version again. */
export function rollbackRoute(deps: RouteDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const id = projectId(request.params.id);
    const { version } = parseBody(rollbackBody, request.body ?? {});
    response.json({ active: await learningOf(deps).rollback(id, version) });
  };
}

function projectId(id: string): string {
  if (projectNumberOf(id) === id) return id;
  throw new RefusedRequest(
    404,
    `there is no project ${id.slice(0, 60)}`,
    'Give the number of a project of Label Studio.',
  );
}

function learningOf({ learning }: RouteDeps) {
  if (learning !== undefined) return learning;
  throw new SamIAmError('model.not_ready', 'this server does not learn', { hint: 'Start it with sam-i-am serve.' });
}
