import { expect, test } from '@jest/globals';
import request from 'supertest';
import { noticesOf } from '../../../../src/backend/routes/notices.js';
import { loadSettings } from '../../../../src/config/settings.js';
import { testBackend } from '../../../support/test-backend.js';

const login = { BASIC_AUTH_USER: 'ada', BASIC_AUTH_PASS: 'x' };

test.each([
  [{}, []],
  [{ HOST: '::1' }, []],
  [{ HOST: '0.0.0.0' }, ['whoever reaches this address']],
  [{ HOST: '192.168.1.4' }, ['whoever reaches this address']],
  [{ HOST: '0.0.0.0', ...login }, []],
  [{ LABEL_STUDIO_API_KEY: 'k' }, ['LABEL_STUDIO_API_KEY is not used']],
  [{ LABEL_STUDIO_API_KEY: 'k', LABEL_STUDIO_URL: 'http://ls' }, []],
])('with %j people are told %j', (environment, expected) => {
  const messages = noticesOf(loadSettings(environment)).map(({ message }) => message);
  expect(messages).toHaveLength(expected.length);
  for (const [index, text] of expected.entries()) expect(messages[index]).toContain(text);
});

test('the page can ask for them', async () => {
  const { app } = testBackend({ environment: { HOST: '0.0.0.0' } });
  const answer = await request(app).get('/api/notices').expect(200);
  expect(answer.body).toMatchObject({ notices: [{ hint: expect.stringContaining('BASIC_AUTH_PASS') }] });
});
