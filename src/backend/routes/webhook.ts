import type { Request, RequestHandler } from 'express';
import { projectNumberOf, webhookRequestSchema } from '../../label-studio/protocol.js';
import type { RouteDeps } from '../app-deps.js';
import { RefusedRequest } from '../error-response.js';
import { hasLogin } from '../middleware/basic-auth.js';
import type { EventBody } from '../middleware/event-body.js';
import { requestLogger } from '../middleware/request-id.js';
import { parseBody } from '../parse-body.js';
import { noteAnnotations } from '../submitted-annotations.js';
import { projectIn, startTraining } from './train.js';

/**
 * `POST /webhook`: project events, and the button "Start training". Label Studio waits one second while its user does, so an answer comes as soon
 * as what was said is on record. An event is a hint only: what happened, Label Studio itself is asked.
 */
export function webhookRoute(deps: RouteDeps): RequestHandler {
  return async (request, response) => {
    const bytes = request.body as EventBody | undefined;
    if (bytes === undefined) throw noJson();
    if ('head' in bytes) {
      const { action, project } = searchEnds(bytes.head, bytes.tail);
      await noteHint(action, project, deps);
      response.json({ status: 'ok', action });
      return;
    }
    const body = parseJsonBody(bytes.whole);
    const { action } = parseBody(webhookRequestSchema, body);
    if (action === 'START_TRAINING') {
      refuseWithoutLogin(request, deps);
      response.json(await startTraining(projectIn(body), deps));
      return;
    }
    const project = projectIn(body);
    await noteHint(action, project, deps);
    // Where Label Studio can be asked, the event itself is not needed; without a login it is not believed.
    const isWatched = deps.learning !== undefined && project !== undefined && deps.learning.canAsk(project);
    if (deps.accuracy !== undefined && !isWatched && hasLogin(deps.settings, request)) {
      noteAnnotations(body, deps.accuracy, { ...deps, logger: requestLogger(deps.logger, response) });
    }
    response.json({ status: 'ok', action });
  };
}

const longestAction = 60;

async function noteHint(action: string, project: string | undefined, { learning }: RouteDeps): Promise<void> {
  const number = projectNumberOf(project);
  if (number !== undefined) await learning?.noted({ project: number, action: action.slice(0, longestAction) });
  else if (project === undefined) await learning?.notedAnywhere(action.slice(0, longestAction));
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

/** What a body of megabytes of masks is about: action and project come before and after what is long. It starts no training. */
function searchEnds(head: Buffer, tail: Buffer): { readonly action: string; readonly project: string | undefined } {
  const ends = `${head.toString('latin1')}\n${tail.toString('latin1')}`;
  const action = /"action"\s{0,9}:\s{0,9}"([A-Z_]{1,60})"/.exec(ends)?.[1];
  if (action === undefined) {
    throw new RefusedRequest(
      400,
      'the body names no action near its beginning or end',
      'Send events as Label Studio does.',
    );
  }
  if (action === 'START_TRAINING') {
    throw new RefusedRequest(
      413,
      'the request for a training is longer than 256 kB',
      'Send the action and the project.',
    );
  }
  return { action, project: /"project"\s{0,9}:\s{0,9}\{\s{0,9}"id"\s{0,9}:\s{0,9}(\d{1,15})/.exec(ends)?.[1] };
}
