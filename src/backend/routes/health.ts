import type { RequestHandler } from 'express';
import type { RouteDeps } from '../app-deps.js';
import { healthAnswer } from '../early-server.js';

/** `GET /health`: whether the process answers at all. Label Studio waits one second and asks before each prediction. */
export function healthRoute(): RequestHandler {
  return (_request, response) => {
    response.json(healthAnswer);
  };
}

/** `GET /ready`: whether predictions are answered now; 503 while the models load and while the server shuts down. */
export function readyRoute({ service, door }: RouteDeps): RequestHandler {
  return (_request, response) => {
    const status = door.isClosing ? 'draining' : service.isReady() ? 'ready' : 'loading';
    response.status(status === 'ready' ? 200 : 503).json({ status });
  };
}
