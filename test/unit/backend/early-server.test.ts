import { afterEach, expect, test } from '@jest/globals';
import { type EarlyServer, openEarlyServer } from '../../../src/backend/early-server.js';
import { loadSettings } from '../../../src/config/settings.js';

const opened: EarlyServer[] = [];
afterEach(() => opened.splice(0).forEach(({ server }) => server.close().closeAllConnections()));

async function open(environment: Readonly<Record<string, string>> = {}): Promise<EarlyServer> {
  const early = await openEarlyServer(loadSettings({ PORT: '0', ...environment }));
  opened.push(early);
  return early;
}

test('health is answered before there is anything to serve', async () => {
  const { url } = await open();
  const answer = await fetch(`${url}/health`);
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'UP', model_class: 'SamIAm' }]);
});

test('all else waits, with its body, and is handed over', async () => {
  const { url, serve } = await open();
  const asked = fetch(`${url}/setup`, { method: 'POST', body: 'a config' });
  await expect(Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 20, 'waits'))])).resolves.toBe(
    'waits',
  );
  serve((request, response) => void request.pipe(response.writeHead(201)));
  const answer = await asked;
  expect([answer.status, await answer.text()]).toEqual([201, 'a config']);
  expect((await fetch(`${url}/health`)).status).toBe(201);
});

test('where a login is asked for, nothing is answered without it', async () => {
  const { url, serve } = await open({ BASIC_AUTH_USER: 'u', BASIC_AUTH_PASS: 'p' });
  const asked = fetch(`${url}/health`);
  await expect(Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 20, 'waits'))])).resolves.toBe(
    'waits',
  );
  serve((_request, response) => void response.writeHead(401).end());
  expect((await asked).status).toBe(401);
});

test('an address that is not of this machine is an error that names the setting', async () => {
  await expect(open({ HOST: '203.0.113.9' })).rejects.toMatchObject({
    code: 'settings.invalid',
    hint: 'Correct HOST and PORT (or --host and --port).',
  });
});
