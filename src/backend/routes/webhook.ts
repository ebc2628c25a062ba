import type { Request, RequestHandler } from 'express';
import { webhookRequestSchema } from '../../label-studio/protocol.js';
import type { RouteDeps } from '../app-deps.js';
import { RefusedRequest } from '../error-response.js';
import { hasLogin } from '../middleware/basic-auth.js';
import { requestLogger } from '../middleware/request-id.js';
import { parseBody } from '../parse-body.js';
import { noteAnnotations } from '../submitted-annotations.js';
import { projectIn, startTraining } from './train.js';

/** Parsing more at once would hold up health checks. */
const mostParsed = 1 << 20;
/** Where in a long body its action and project are looked for: they come before and after what is long. */
const searchedBytes = 1 << 16;

/**
 * `POST /webhook`: project events, and the button "Start training". Label Studio waits one second while its user does, so an answer comes as soon
 * as what was said is on record. An event is a hint only: what happened, Label Studio itself is asked.
 */
export function webhookRoute(deps: RouteDeps): RequestHandler {
  return async (request, response) => {
    const bytes: unknown = request.body;
    if (!Buffer.isBuffer(bytes)) throw noJson();
    const long = bytes.length > mostParsed && deps.learning !== undefined ? searchLong(bytes) : undefined;
    if (long !== undefined) {
      await noteHint(long.action, long.project, deps);
      response.json({ status: 'ok', action: long.action });
      return;
    }
    const body = parseJsonBody(bytes);
    const { action } = parseBody(webhookRequestSchema, body);
    if (action === 'START_TRAINING') {
      refuseWithoutLogin(request, deps);
      response.json(await startTraining(projectIn(body), deps));
      return;
    }
    const project = projectIn(body);
    await noteHint(action, project, deps);
    // Where Label Studio can be asked, the event itself is not needed.
    const isWatched = deps.learning !== undefined && project !== undefined && deps.learning.canAsk(project);
    if (deps.accuracy !== undefined && !isWatched) {
      noteAnnotations(body, deps.accuracy, { ...deps, logger: requestLogger(deps.logger, response) });
    }
    response.json({ status: 'ok', action });
  };
}

async function noteHint(action: string, project: string | undefined, { learning }: RouteDeps): Promise<void> {
  if (project === undefined) await learning?.notedAnywhere(action);
  else await learning?.noted({ project, action });
}

/** Events of projects come without a login; what starts work on request does not. */
function refuseWithoutLogin(request: Request, { settings }: RouteDeps): void {
  if (hasLogin(settings, request)) return;
  throw new RefusedRequest(
    401,
    'training needs a login',
    "Give Label Studio the backend's BASIC_AUTH_USER and BASIC_AUTH_PASS (project settings, Model).",
  );
}

function parseJsonBody(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw noJson(cause);
  }
}

function noJson(cause?: unknown): RefusedRequest {
  return new RefusedRequest(400, 'the body is not valid JSON', 'Send one JSON object.', cause);
}

/** What a body of megabytes of masks is about, without parsing it; undefined where that can't be told, or where it asks for training. */
function searchLong(bytes: Buffer): { readonly action: string; readonly project: string | undefined } | undefined {
  const ends = `${bytes.toString('latin1', 0, searchedBytes)}\n${bytes.toString('latin1', bytes.length - searchedBytes)}`;
  const action = /"action"\s*:\s*"([A-Z_]+)"/.exec(ends)?.[1];
  if (action === undefined || action === 'START_TRAINING') return undefined;
  return { action, project: /"project"\s*:\s*\{\s*"id"\s*:\s*(\d+)/.exec(ends)?.[1] };
}
