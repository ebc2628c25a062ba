import { expect, test } from '@jest/globals';
import { createAuthorize, tokenKind } from '../../../src/label-studio/access-token.js';
import type { HttpAnswer, HttpClient, SendOptions } from '../../../src/label-studio/http-client.js';
import { jwt } from '../../support/jwt.js';

const legacy = '0123456789abcdef0123456789abcdef01234567';
const personal = jwt({ token_type: 'refresh', exp: 9_999_999_999 });

/** A Label Studio that gives out numbered access tokens of 300 s. */
function tokenServer(now: () => number, status = 200) {
  const sent: { readonly url: string; readonly options: SendOptions }[] = [];
  const send = (url: string | URL, options: SendOptions): Promise<HttpAnswer> => {
    sent.push({ url: String(url), options });
    const access = jwt({ token_type: 'access', exp: now() / 1000 + 300, number: sent.length });
    return Promise.resolve({ status, location: undefined, bytes: Buffer.from(JSON.stringify({ access })) });
  };
  const http: HttpClient = { send, close: () => Promise.resolve() };
  return { http, sent };
}

test('the kinds of credentials are told apart by their form', () => {
  expect(tokenKind(legacy)).toBe('legacy');
  expect(tokenKind(personal)).toBe('personal');
  expect(tokenKind(jwt({ token_type: 'access' }))).toBe('access');
  expect(tokenKind('a.b.c')).toBe('legacy');
});

test('legacy and access tokens are sent as they are', async () => {
  const { http, sent } = tokenServer(() => 0);
  const authorize = createAuthorize(http);
  const access = jwt({ token_type: 'access' });
  expect(await authorize('http://ls', legacy)).toBe(`Token ${legacy}`);
  expect(await authorize('http://ls', access)).toBe(`Bearer ${access}`);
  expect(sent).toHaveLength(0);
});

test('a personal token is exchanged once, and again 30 s before the access token ends', async () => {
  let now = 1_000_000;
  const { http, sent } = tokenServer(() => now);
  const authorize = createAuthorize(http, () => now);
  const first = await authorize('http://ls/prefix', personal);
  expect(first).toMatch(/^Bearer /);
  expect(sent[0]).toMatchObject({
    url: 'http://ls/prefix/api/token/refresh',
    options: { method: 'POST', body: JSON.stringify({ refresh: personal }), trusted: true },
  });
  now += 269_000;
  expect(await authorize('http://ls/prefix', personal)).toBe(first);
  now += 2_000;
  expect(await authorize('http://ls/prefix', personal)).not.toBe(first);
  expect(sent).toHaveLength(2);
});

test('an access token is not carried over to another Label Studio', async () => {
  const { http, sent } = tokenServer(() => 0);
  const authorize = createAuthorize(http, () => 0);
  await authorize('http://one', personal);
  await authorize('http://two', personal);
  expect(sent.map(({ url }) => new URL(url).host)).toEqual(['one', 'two']);
});

test('a refused personal token is an error that says what to do', async () => {
  const { http } = tokenServer(() => 0, 401);
  await expect(createAuthorize(http)('http://ls', personal)).rejects.toMatchObject({
    code: 'label_studio.unauthorised',
    hint: expect.stringContaining('LABEL_STUDIO_API_KEY'),
  });
});

test.each([429, 500, 503])('status %p to an exchange is no word about the token', async (status) => {
  const { http } = tokenServer(() => 0, status);
  await expect(createAuthorize(http)('http://ls', personal)).rejects.toMatchObject({
    code: 'label_studio.unreachable',
    message: expect.stringContaining(String(status)),
  });
});
