import { z } from 'zod';
import { SamIAmError } from '../core/errors.js';
import type { HttpClient } from './http-client.js';

/** `legacy`: 40 hex digits; `personal`: a long-lived JWT that buys access tokens; `access`: such an access token. */
export type TokenKind = 'legacy' | 'personal' | 'access';

const payloadSchema = z.object({ token_type: z.string().optional(), exp: z.number().optional() });
const refreshAnswer = z.object({ access: z.string() });

/** An access token is renewed this long before it ends: Label Studio gives it 300 s. */
const renewBeforeMs = 30_000;

/** Tells Label Studio's credentials apart by their form: a JWT has two dots and names its `token_type`. */
export function tokenKind(token: string): TokenKind {
  const payload = readPayload(token);
  if (payload === undefined) return 'legacy';
  return payload.token_type === 'access' ? 'access' : 'personal';
}

/** Gives the `Authorization` header for a credential at a Label Studio address. */
export type Authorize = (labelStudioUrl: string, token: string, signal?: AbortSignal) => Promise<string>;

/**
 * Makes an {@link Authorize} that exchanges personal access tokens for access tokens and keeps those until shortly before
 * they end. `now` is in milliseconds.
 */
export function createAuthorize(http: HttpClient, now: () => number = Date.now): Authorize {
  const access = new Map<string, { readonly token: string; readonly until: number }>();
  return async (labelStudioUrl, token, signal) => {
    const kind = tokenKind(token);
    if (kind === 'legacy') return `Token ${token}`;
    if (kind === 'access') return `Bearer ${token}`;
    const key = `${labelStudioUrl} ${token}`;
    const known = access.get(key);
    if (known !== undefined && now() < known.until) return `Bearer ${known.token}`;
    const fresh = await exchange(http, labelStudioUrl, token, signal);
    access.set(key, { token: fresh, until: expiryMs(fresh, now()) - renewBeforeMs });
    return `Bearer ${fresh}`;
  };
}

async function exchange(http: HttpClient, url: string, token: string, signal?: AbortSignal): Promise<string> {
  const { status, bytes } = await http.send(`${url}/api/token/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh: token }),
    trusted: true,
    signal,
  });
  const answer = refreshAnswer.safeParse(status === 200 ? parseJson(Buffer.from(bytes).toString()) : undefined);
  if (answer.success) return answer.data.access;
  throw new SamIAmError(
    'label_studio.unauthorised',
    `Label Studio refused the personal access token (status ${status})`,
    {
      hint: 'Create a new one in Label Studio under Account & Settings and set LABEL_STUDIO_API_KEY to it.',
    },
  );
}

function expiryMs(token: string, now: number): number {
  const expires = readPayload(token)?.exp;
  return expires === undefined ? now + 2 * renewBeforeMs : expires * 1000;
}

function readPayload(token: string): z.infer<typeof payloadSchema> | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  return payloadSchema.safeParse(parseJson(Buffer.from(parts[1] ?? '', 'base64url').toString())).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
