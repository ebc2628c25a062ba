import type { RequestHandler } from 'express';
import type { Settings } from '../../config/settings.js';
import type { NoticesAnswer } from '../api/notice-schema.js';
import type { RouteDeps } from '../app-deps.js';
import { isLoopback } from '../middleware/same-origin.js';

/** What whoever runs a server with these settings should know: said in its log when it starts, and on its page. */
export function noticesOf({
  host,
  basicAuthUser,
  labelStudioApiKey,
  labelStudioUrl,
}: Settings): NoticesAnswer['notices'] {
  const notices: NoticesAnswer['notices'] = [];
  if (!isLoopback(host) && basicAuthUser === undefined) {
    notices.push({
      message: 'whoever reaches this address can use the server',
      hint: 'Set BASIC_AUTH_USER and BASIC_AUTH_PASS.',
    });
  }
  if (labelStudioApiKey !== undefined && labelStudioUrl === undefined) {
    notices.push({
      message: 'LABEL_STUDIO_API_KEY is not used',
      hint: 'Set LABEL_STUDIO_URL, the only address that it is sent to.',
    });
  }
  return notices;
}

/** `GET /api/notices`: for the web page. */
export function noticesRoute({ settings }: RouteDeps): RequestHandler {
  return (_request, response) => {
    response.json({ notices: noticesOf(settings) } satisfies NoticesAnswer);
  };
}
