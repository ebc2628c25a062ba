import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A loopback HTTP server for one test, which keeps what it was asked. */
export interface FileServer {
  readonly url: string;
  /** `host:port`, as `ALLOWED_IMAGE_HOSTS` takes it. */
  readonly host: string;
  readonly requests: { readonly method: string; readonly path: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Listens on a free port; `routes` are looked up by path without query. */
export async function fileServer(routes: Readonly<Record<string, Handler>>): Promise<FileServer> {
  const requests: FileServer['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ method: request.method ?? '', path, authorization: request.headers.authorization });
    const handler = routes[path.split('?')[0] ?? ''];
    if (handler === undefined) response.writeHead(404).end();
    else handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a status and a body. */
export function answers(status: number, body: string, headers: Record<string, string> = {}): Handler {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

/** Answers with a redirect. */
export function redirects(location: string): Handler {
  return answers(302, '', { location });
}
