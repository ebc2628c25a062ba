/** Why an answer failed, in the server's own words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

interface ErrorAnswer {
  readonly error?: { readonly code?: string; readonly message?: string; readonly hint?: string };
}

/** Asks this server; an answer that is no success is thrown as an {@link ApiError}. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (thrown) {
    if (init.signal?.aborted === true) throw thrown;
    throw new ApiError(0, 'unreachable', 'the server does not answer', 'See whether sam-i-am is still running.');
  }
  if (response.ok) return response;
  const { error = {} } = (await response.json().catch(() => ({}))) as ErrorAnswer;
  const { code = 'unknown', message = `the server answered with status ${response.status}`, hint = '' } = error;
  throw new ApiError(response.status, code, message, hint);
}

/** Asks the server. Throws an {@link ApiError} with its reason where it refuses; the caller knows the shape. */
export async function getJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await request(path, signal === undefined ? {} : { signal });
  return (await response.json()) as Answer;
}

/** Tells the server; otherwise as {@link getJson}. */
export async function postJson<Answer>(path: string, body: unknown = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

/** What anything thrown means for the user. */
export function problemOf(thrown: unknown): { readonly message: string; readonly hint: string } {
  if (thrown instanceof ApiError) return { message: thrown.message, hint: thrown.hint };
  return { message: thrown instanceof Error ? thrown.message : String(thrown), hint: '' };
}
