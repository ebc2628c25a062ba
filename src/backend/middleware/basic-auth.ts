import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Settings } from '../../config/settings.js';
import { RefusedRequest } from '../error-response.js';
import { FailedLogins } from './failed-logins.js';

/**
 * Asks for user and password if the settings have them. Project webhooks come without a login even where the backend has one,
 * so `/webhook` is open; it is taken as a hint only.
 */
export function basicAuth(settings: Settings): RequestHandler {
  const open = new Set(['/webhook']);
  const failed = new FailedLogins();
  return (request, response, next) => {
    const client = request.socket.remoteAddress ?? '';
    const triesLogin = settings.basicAuthUser !== undefined && request.headers.authorization !== undefined;
    // Also with the right password: else who guesses would go on guessing.
    if (triesLogin && failed.mustWait(client)) throw tooManyFailures(response);
    if (hasLogin(settings, request) || (open.has(request.path) && !triesLogin)) {
      next();
      return;
    }
    if (triesLogin) failed.note(client);
    response.setHeader('www-authenticate', 'Basic realm="sam-i-am"');
    throw new RefusedRequest(
      401,
      'user name or password is missing or wrong',
      "Give Label Studio the backend's BASIC_AUTH_USER and BASIC_AUTH_PASS (project settings, Model).",
    );
  };
}

function tooManyFailures(response: Response): RefusedRequest {
  if (response.req.method !== 'GET') response.setHeader('retry-after', '60');
  return new RefusedRequest(
    429,
    'too many logins failed',
    'Wait a minute, then give the right user name and password.',
  );
}

/** Whether a request has the login that the settings ask for, if they ask for one. */
export function hasLogin({ basicAuthUser, basicAuthPass }: Settings, request: Request): boolean {
  if (basicAuthUser === undefined || basicAuthPass === undefined) return true;
  const expected = `Basic ${Buffer.from(`${basicAuthUser}:${basicAuthPass}`).toString('base64')}`;
  return isSame(request.headers.authorization ?? '', expected);
}

/** Takes the same time wherever the texts differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
