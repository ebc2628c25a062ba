import type { Request, RequestHandler } from 'express';
import type { Settings } from '../../config/settings.js';
import { RefusedRequest } from '../error-response.js';

/**
 * Refuses changes that another site's page asks a visitor's browser for: the browser would send the visitor's login
 * along. Label Studio and commands are no browsers, and name no origin.
 */
export function sameOrigin({ host }: Settings): RequestHandler {
  const isLocalOnly = isLoopback(host);
  return (request, _response, next) => {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    if (isReading || !isFromBrowser(request)) {
      next();
      return;
    }
    if (!isSameSite(request)) throw foreign();
    // A page may call itself by a name that was turned round to this machine.
    if (isLocalOnly && !isLoopback(hostnameOf(request.get('host')))) throw foreign();
    next();
  };
}

function isFromBrowser(request: Request): boolean {
  return request.get('origin') !== undefined || request.get('sec-fetch-site') !== undefined;
}

function isSameSite(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const origin = request.get('origin');
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  // Behind a proxy the page's host is the proxy's; a page can't write this header itself.
  const own = [request.get('host'), request.get('x-forwarded-host')];
  return own.includes(new URL(origin).host);
}

function hostnameOf(host: string | undefined): string {
  return URL.canParse(`http://${host ?? ''}`) ? new URL(`http://${host ?? ''}`).hostname : '';
}

/** Whether a name or address is this machine's own, which nobody else reaches. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

function foreign(): RefusedRequest {
  return new RefusedRequest(403, "another site's page must not change anything here", "Use this server's own page.");
}
