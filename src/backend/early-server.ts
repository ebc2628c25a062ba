import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Settings } from '../config/settings.js';
import { SamIAmError } from '../core/errors.js';

/** A server whose port is open before anything else is loaded. */
export interface EarlyServer {
  readonly server: Server;
  readonly url: string;
  /** Hands over what has come so far, and all that comes. */
  readonly serve: (handle: RequestListener) => void;
}

/** What `GET /health` answers: the process is there. Label Studio waits one second and asks before each prediction. */
export const healthAnswer = { status: 'UP', model_class: 'SamIAm' } as const;

/**
 * Opens the port. Until there is something to serve, `GET /health` is answered (not where a login is asked for) and all else waits.
 * `settings.invalid` where the port or the address can't be had.
 */
export async function openEarlyServer(settings: Settings): Promise<EarlyServer> {
  const answersHealth = settings.basicAuthUser === undefined;
  const waiting: Parameters<RequestListener>[] = [];
  let handler: RequestListener | undefined;
  const server = createServer((request, response) => {
    if (handler !== undefined) handler(request, response);
    else if (answersHealth && isHealthCheck(request)) answerHealth(response);
    else waiting.push([request, response]);
  });
  const url = await listen(server, settings);
  const serve = (handle: RequestListener): void => {
    handler = handle;
    for (const [request, response] of waiting.splice(0)) handle(request, response);
  };
  return { server, url, serve };
}

function isHealthCheck({ method, url }: IncomingMessage): boolean {
  return method === 'GET' && url === '/health';
}

function answerHealth(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(healthAnswer));
}

async function listen(server: Server, { host, port }: Settings): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): SamIAmError {
  const taken = error.code === 'EADDRINUSE';
  const message = taken ? `port ${port} is in use already` : `cannot listen on ${host}:${port}: ${error.message}`;
  return new SamIAmError('settings.invalid', message, {
    hint: taken ? 'Choose another one with PORT or --port.' : 'Correct HOST and PORT (or --host and --port).',
    cause: error,
  });
}
