import type { Authorize } from './access-token.js';
import type { HttpClient } from './http-client.js';
import { parseJson } from '../core/parse-json.js';

/** An answer of Label Studio's API: any status, and its JSON if it has some. */
export interface ApiAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly json: unknown;
}

/** Asks Label Studio's API with a credential. */
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
    const login: Record<string, string> = token === undefined ? {} : { authorization: await authorize(url, token) };
    const headers = body === undefined ? login : { ...login, 'content-type': 'application/json' };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const { status, location, bytes } = await http.send(`${url}${path}`, {
      method,
      headers,
      ...content,
      trusted: true,
    });
    return { status, location, json: parseJson(Buffer.from(bytes).toString()) };
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    delete: (path) => ask('DELETE', path),
  };
}
