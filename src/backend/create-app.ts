import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { mostTasks } from '../label-studio/protocol.js';
import type { AppDeps } from './app-deps.js';
import { basicAuth } from './middleware/basic-auth.js';
import { errorHandler, unknownPath, wrongMethod } from './middleware/error-handler.js';
import { eventBody } from './middleware/event-body.js';
import { page, pageSecurity } from './middleware/page.js';
import { requestId } from './middleware/request-id.js';
import { requestLog } from './middleware/request-log.js';
import { sameOrigin } from './middleware/same-origin.js';
import { taskBody } from './middleware/task-body.js';
import { accuracyRoute } from './routes/accuracy.js';
import { healthRoute, readyRoute } from './routes/health.js';
import { changeJobRoute, jobsRoute } from './routes/jobs.js';
import { metricsRoute } from './routes/metrics.js';
import { noticesRoute } from './routes/notices.js';
import { openApiRoute } from './routes/openapi.js';
import { predictRoute } from './routes/predict.js';
import { projectsRoute, rollbackRoute, trainProjectRoute } from './routes/projects.js';
import { setupRoute } from './routes/setup.js';
import { trainRoute } from './routes/train.js';
import { tryRouter } from './routes/try.js';
import { validateRoute } from './routes/validate.js';
import { versionsRoute } from './routes/versions.js';
import { webhookRoute } from './routes/webhook.js';

/** Tasks come with all their annotations; this is Label Studio's own limit. */
const bodyLimits = { maxBytes: 250 * 2 ** 20, maxKept: 250 * 2 ** 20, maxTasks: mostTasks };
/** Setups bring a label config, the others less. */
const smallBody = '1mb';

/** The Label Studio ML backend as an Express app; what it needs is made elsewhere (app/compose). */
export function createApp(deps: AppDeps): Express {
  const { settings, logger } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId(), requestLog(logger), helmet(pageSecurity));
  app.use(basicAuth(settings));
  app.use(sameOrigin(settings));
  // Label Studio packs nothing: what is packed is there to grow.
  const json = express.json({ limit: smallBody, inflate: false });
  addRoute(app, 'get', '/health', healthRoute());
  addRoute(app, 'get', '/ready', readyRoute(deps));
  addRoute(app, 'get', '/metrics', metricsRoute(deps));
  addRoute(app, 'get', '/accuracy', accuracyRoute(deps));
  addRoute(app, 'get', '/api/notices', noticesRoute(deps));
  addRoute(app, 'get', '/api/jobs', jobsRoute(deps));
  addRoute(app, 'post', '/api/jobs/:id/cancel', changeJobRoute(deps, 'cancel'));
  addRoute(app, 'post', '/api/jobs/:id/retry', changeJobRoute(deps, 'retry'));
  addRoute(app, 'get', '/versions', versionsRoute(deps));
  addRoute(app, 'post', '/setup', json, setupRoute(deps));
  addRoute(app, 'post', '/predict', taskBody(bodyLimits), predictRoute(deps));
  addRoute(app, 'post', '/webhook', eventBody(bodyLimits.maxBytes), webhookRoute(deps));
  addRoute(app, 'post', '/train', json, trainRoute(deps));
  addRoute(app, 'get', '/api/projects', projectsRoute(deps));
  app.route('/api/projects/:id/train').post(trainProjectRoute(deps)).all(wrongMethod('POST'));
  app.route('/api/projects/:id/rollback').post(json, rollbackRoute(deps)).all(wrongMethod('POST'));
  addRoute(app, 'post', '/validate', json, validateRoute());
  addRoute(app, 'get', '/openapi.json', openApiRoute(deps));
  app.use('/api/try', tryRouter(deps));
  app.use(page());
  app.use(unknownPath());
  app.use(errorHandler(logger));
  return app;
}

function addRoute(app: Express, method: 'get' | 'post', path: string, ...handlers: RequestHandler[]): void {
  app
    .route(path)
    [method](...handlers)
    .all(wrongMethod(method.toUpperCase()));
}
