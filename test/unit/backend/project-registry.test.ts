import { expect, test } from '@jest/globals';
import { labelStudioAccess, ProjectRegistry } from '../../../src/backend/project-registry.js';
import { loadSettings } from '../../../src/config/settings.js';

const setup = { project: '1.1', schema: '<View/>', hostname: 'http://localhost:8080/', access_token: 'sent' };

test('keeps what the last setup of a project said', () => {
  const projects = new ProjectRegistry();
  projects.remember({ project: '1.1', schema: '<Old/>' });
  projects.remember(setup);
  expect(projects.find('1.1')).toEqual({
    labelConfig: '<View/>',
    hostname: 'http://localhost:8080',
    accessToken: 'sent',
  });
  expect(projects.find('2.1')).toBeUndefined();
});

test('forgets the project that was set up longest ago when there are too many', () => {
  const projects = new ProjectRegistry();
  for (let i = 0; i < 1000; i++) projects.remember({ project: `${i}` });
  projects.remember({ project: '0' });
  projects.remember({ project: 'new' });
  expect(projects.find('0')).toBeDefined();
  expect(projects.find('1')).toBeUndefined();
});

test('our own key goes to no address that somebody else names', () => {
  const projects = new ProjectRegistry();
  projects.remember({ ...setup, hostname: 'http://attacker.example' });
  expect(labelStudioAccess(loadSettings({ LABEL_STUDIO_API_KEY: 'mine' }), projects.find('1.1')).token).toBe('sent');
  projects.remember({ ...setup, access_token: null });
  expect(labelStudioAccess(loadSettings({ LABEL_STUDIO_API_KEY: 'mine' }), projects.find('1.1')).token).toBeUndefined();
});

test('settings come before what Label Studio says of itself', () => {
  const projects = new ProjectRegistry();
  projects.remember(setup);
  const project = projects.find('1.1');
  expect(labelStudioAccess(loadSettings({}), project)).toEqual({
    url: 'http://localhost:8080',
    hostname: 'http://localhost:8080',
    token: 'sent',
  });
  const settings = loadSettings({ LABEL_STUDIO_URL: 'http://label-studio:8080', LABEL_STUDIO_API_KEY: 'mine' });
  expect(labelStudioAccess(settings, project)).toEqual({
    url: 'http://label-studio:8080',
    hostname: 'http://localhost:8080',
    token: 'mine',
  });
});
