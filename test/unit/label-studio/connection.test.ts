import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { connectLabelStudio } from '../../../src/label-studio/connection.js';

test('images and API are reached through one client with the token given, until it is closed', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
    response.end('pixels');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const labelStudio = { url, token: 'a'.repeat(40) };
  const connection = connectLabelStudio({ labelStudio, allowedHosts: ['127.0.0.1'] });
  const fetched = await connection.fetchTaskImage('/data/upload/1/a.png', labelStudio);
  expect(fetched).toMatchObject({ ok: true, value: { name: 'a.png' } });
  expect(asked).toEqual([`/data/upload/1/a.png Token ${'a'.repeat(40)}`]);
  await connection.close();
  expect(await connection.fetchTaskImage('/data/upload/1/b.png', labelStudio)).toMatchObject({ ok: false });
  server.closeAllConnections();
  server.close();
});
