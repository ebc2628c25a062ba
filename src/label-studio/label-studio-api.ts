import { parseJson } from '../core/parse-json.js';
import type { Authorize } from './access-token.js';
import type { HttpClient } from './http-client.js';
import { stringifyWithBytes } from './json-bytes.js';

/** An answer of Label Studio's API: any status, and its JSON if it has some. */
export interface ApiAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly json: unknown;
}

/** Asks Label Studio's API with a credential; `Uint8Array`s in a body are sent as arrays of numbers. */
export interface LabelStudioApi {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body: unknown): Promise<ApiAnswer>;
  delete(path: string): Promise<ApiAnswer>;
}

/** `token` undefined: asks without a login. Throws where Label Studio cannot be reached or refuses a personal access token. */
export function createLabelStudioApi(
  http: HttpClient,
  authorize: Authorize,
  url: string,
  token: string | undefined,
): LabelStudioApi {
  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<ApiAnswer> => {
    const content = body === undefined ? {} : { body: stringifyWithBytes(body) };
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const send = async () => {
      const login = token === undefined ? {} : { authorization: await authorize(url, token) };
      return http.send(`${url}${path}`, {
        method,
        headers: { ...type, ...login },
        ...content,
        asked: 'api',
        trusted: true,
      });
    };
    let answer = await send();
    // Clocks differ, and Label Studio may have been started anew: an access token that it refuses is renewed once.
    if (answer.status === 401 && token !== undefined && authorize.renew(url, token)) answer = await send();
    const { status, location, bytes } = answer;
    return { status, location, json: parseJson(Buffer.from(bytes).toString()) };
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    delete: (path) => ask('DELETE', path),
  };
}
