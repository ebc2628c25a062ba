import type { RequestHandler } from 'express';
import type { RouteDeps } from '../app-deps.js';
import { RefusedRequest } from '../error-response.js';

/** `GET /api/jobs`: the queue, its workers and its newest jobs, for the web page. */
export function jobsRoute({ jobs }: RouteDeps): RequestHandler {
  return async (_request, response) => {
    response.json(await jobs.overview());
  };
}

/** `POST /api/jobs/:id/cancel` and `/retry`: the job as it is then. */
export function changeJobRoute({ jobs }: RouteDeps, to: 'cancel' | 'retry'): RequestHandler {
  return async (request, response) => {
    const { id } = request.params;
    const job = typeof id === 'string' ? await jobs.change(id, to) : undefined;
    if (job === undefined) {
      throw new RefusedRequest(404, 'there is no such job', 'Look at GET /api/jobs; old jobs are forgotten.');
    }
    response.json(job);
  };
}
