import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Settings } from '../config/settings.js';
import { LocalQueue } from '../painting/jobs/local-queue.js';
import { queuedService } from '../painting/jobs/queued-service.js';
import type { AppDeps, RouteDeps } from './app-deps.js';
import { basicAuth } from './middleware/basic-auth.js';
import { errorHandler, unknownPath, wrongMethod } from './middleware/error-handler.js';
import { page, pageSecurity } from './middleware/page.js';
import { requestId } from './middleware/request-id.js';
import { requestLog } from './middleware/request-log.js';
import { sameOrigin } from './middleware/same-origin.js';
import { taskBody } from './middleware/task-body.js';
import { ProjectRegistry } from './project-registry.js';
import { accuracyRoute } from './routes/accuracy.js';
import { healthRoute, readyRoute } from './routes/health.js';
import { changeJobRoute, jobsRoute } from './routes/jobs.js';
import { metricsRoute } from './routes/metrics.js';
import { openApiRoute } from './routes/openapi.js';
import { predictRoute } from './routes/predict.js';
import { projectsRoute, rollbackRoute, trainProjectRoute } from './routes/projects.js';
import { setupRoute } from './routes/setup.js';
import { trainRoute } from './routes/train.js';
import { tryRouter } from './routes/try.js';
import { validateRoute } from './routes/validate.js';
import { versionsRoute } from './routes/versions.js';
import { webhookRoute } from './routes/webhook.js';
import { TaskQueue, type TaskQueueLimits } from './task-queue.js';

/** Tasks come with all their annotations; this is Label Studio's own limit. */
const bodyLimits = { maxBytes: 250 * 2 ** 20, maxKept: 250 * 2 ** 20 };
/** Webhooks bring one annotation, setups a label config. */
const smallBody = '32mb';

/** While some tasks are painted, the images of the next ones are fetched. */
const tasksAhead = 2;
/** With workers elsewhere, so many tasks are in their queue at the same time. */
const tasksInQueue = 64;

/** How many tasks and requests the settings let in. */
export function taskQueueLimits({ concurrency, maxQueue, redisUrl }: Settings): TaskQueueLimits {
  const tasks = redisUrl === undefined ? concurrency + tasksAhead : tasksInQueue;
  return { concurrency: tasks, maxRequests: maxQueue };
}

/** The Label Studio ML backend as an Express app. */
export function createApp(deps: AppDeps): Express {
  const { settings, logger } = deps;
  const queue = deps.queue ?? new TaskQueue(taskQueueLimits(settings));
  const jobs = deps.jobs ?? new LocalQueue(deps.service, settings.concurrency);
  const service = deps.jobs === undefined ? queuedService(jobs, deps.service) : deps.service;
  const routeDeps: RouteDeps = { ...deps, service, jobs, queue, projects: deps.projects ?? new ProjectRegistry() };
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId(), requestLog(logger), helmet(pageSecurity));
  app.use(basicAuth(settings));
  app.use('/api', sameOrigin());
  const json = express.json({ limit: smallBody });
  addRoute(app, 'get', '/health', healthRoute());
  addRoute(app, 'get', '/ready', readyRoute(routeDeps));
  addRoute(app, 'get', '/metrics', metricsRoute(routeDeps));
  addRoute(app, 'get', '/accuracy', accuracyRoute(routeDeps));
  addRoute(app, 'get', '/api/jobs', jobsRoute(routeDeps));
  addRoute(app, 'post', '/api/jobs/:id/cancel', changeJobRoute(routeDeps, 'cancel'));
  addRoute(app, 'post', '/api/jobs/:id/retry', changeJobRoute(routeDeps, 'retry'));
  addRoute(app, 'get', '/versions', versionsRoute(routeDeps));
  addRoute(app, 'post', '/setup', json, setupRoute(routeDeps));
  addRoute(app, 'post', '/predict', taskBody(bodyLimits), predictRoute(routeDeps));
  // Unparsed: see there.
  const anyJson = express.raw({ type: ['json', '+json'], limit: bodyLimits.maxBytes });
  addRoute(app, 'post', '/webhook', anyJson, webhookRoute(routeDeps));
  addRoute(app, 'post', '/train', json, trainRoute(routeDeps));
  addRoute(app, 'get', '/api/projects', projectsRoute(routeDeps));
  app.route('/api/projects/:id/train').post(trainProjectRoute(routeDeps)).all(wrongMethod('POST'));
  app.route('/api/projects/:id/rollback').post(json, rollbackRoute(routeDeps)).all(wrongMethod('POST'));
  addRoute(app, 'post', '/validate', json, validateRoute());
  addRoute(app, 'get', '/openapi.json', openApiRoute(routeDeps));
  app.use('/api/try', tryRouter(routeDeps));
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
