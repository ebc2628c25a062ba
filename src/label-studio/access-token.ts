import { z } from 'zod';
import { SamIAmError } from '../core/errors.js';
import { parseJson } from '../core/parse-json.js';
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
export interface Authorize {
  (labelStudioUrl: string, token: string): Promise<string>;
  /** Forgets what the credential was exchanged for, because Label Studio refused it; false if there is nothing to renew. */
  renew(labelStudioUrl: string, token: string): boolean;
}

interface AccessToken {
  readonly header: string;
  readonly until: number;
}

/**
 * Makes an {@link Authorize} that exchanges personal access tokens for access tokens and keeps those until shortly before
 * they end; who asks meanwhile waits for the same exchange. `now` is in milliseconds.
 */
export function createAuthorize(http: HttpClient, now: () => number = Date.now): Authorize {
  const known = new Map<string, Promise<AccessToken>>();
  const keyOf = (labelStudioUrl: string, token: string) => `${labelStudioUrl} ${token}`;
  const fresh = async (labelStudioUrl: string, token: string): Promise<AccessToken> => {
    const access = await exchange(http, labelStudioUrl, token);
    return { header: `Bearer ${access}`, until: expiryMs(access, now()) - renewBeforeMs };
  };
  const start = (key: string, labelStudioUrl: string, token: string): Promise<AccessToken> => {
    const access = fresh(labelStudioUrl, token);
    known.set(key, access);
    access.catch(() => {
      if (known.get(key) === access) known.delete(key);
    });
    return access;
  };
  const authorize = async (labelStudioUrl: string, token: string): Promise<string> => {
    const kind = tokenKind(token);
    if (kind === 'legacy') return `Token ${token}`;
    if (kind === 'access') return `Bearer ${token}`;
    const key = keyOf(labelStudioUrl, token);
    const current = known.get(key);
    const access = await current;
    if (access !== undefined && now() < access.until) return access.header;
    if (known.get(key) === current) known.delete(key);
    return (await (known.get(key) ?? start(key, labelStudioUrl, token))).header;
  };
  const renew = (labelStudioUrl: string, token: string) =>
    tokenKind(token) === 'personal' && known.delete(keyOf(labelStudioUrl, token));
  return Object.assign(authorize, { renew });
}

async function exchange(http: HttpClient, url: string, token: string): Promise<string> {
  const { status, bytes } = await http.send(`${url}/api/token/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh: token }),
    asked: 'token',
    trusted: true,
  });
  const answer = refreshAnswer.safeParse(status === 200 ? parseJson(Buffer.from(bytes).toString()) : undefined);
  if (answer.success) return answer.data.access;
  if (status === 429 || status >= 500) throw cannotExchange(status);
  throw new SamIAmError(
    'label_studio.unauthorised',
    `Label Studio refused the personal access token (status ${status})`,
    {
      hint: 'Create a new one in Label Studio under Account & Settings and set LABEL_STUDIO_API_KEY to it.',
    },
  );
}

/** Says nothing about the token: whoever has patience asks again. */
function cannotExchange(status: number): SamIAmError {
  return new SamIAmError(
    'label_studio.unreachable',
    `Label Studio answered ${status} when it was asked to exchange the personal access token`,
    { hint: "Look into Label Studio's log, and try again when it is well." },
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
