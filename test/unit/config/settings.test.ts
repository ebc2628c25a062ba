import { describe, expect, test } from '@jest/globals';
import { defaultDataFolder } from '../../../src/config/data-folder.js';
import { describeSettings, settingsHelp, settingsTable } from '../../../src/config/describe-settings.js';
import { loadSettings } from '../../../src/config/settings.js';
import { SamIAmError } from '../../../src/core/errors.js';

function failureOf(environment: Record<string, string>): SamIAmError {
  try {
    loadSettings(environment);
  } catch (thrown) {
    if (thrown instanceof SamIAmError) return thrown;
  }
  throw new Error('the settings were accepted');
}

describe('loadSettings', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(loadSettings({})).toEqual({
      port: 9090,
      host: '127.0.0.1',
      model: 'sam-i-am-small',
      click: 'mask',
      merge: 'material',
      keepOverlays: false,
      detail: 'auto',
      dataDir: defaultDataFolder(),
      embeddingMemoryMb: 256,
      embeddingDiskMb: 2048,
      trainEvery: 0,
      concurrency: 1,
      maxQueue: 64,
      maxImagePixels: 100_000_000,
      allowedImageHosts: [],
      logLevel: 'info',
    });
  });

  test('reads every variable', () => {
    const settings = loadSettings({
      PORT: '0',
      HOST: '0.0.0.0',
      MODEL: 'large',
      MATERIALS: '3',
      DATA_DIR: '/data',
      EMBEDDING_MEMORY_MB: '10',
      EMBEDDING_DISK_MB: '0',
      TRAIN_EVERY: '5',
      LABEL_STUDIO_URL: 'https://label.example/studio/',
      LABEL_STUDIO_API_KEY: 'key',
      BASIC_AUTH_USER: 'ada',
      BASIC_AUTH_PASS: 'pass word',
      CONCURRENCY: '2',
      MAX_QUEUE: '8',
      MAX_IMAGE_PIXELS: '1000',
      ALLOWED_IMAGE_HOSTS: 'Images.local:9000, 10.0.0.7',
      LOCAL_FILES_ROOT: '/files',
      CLICK: 'material',
      MERGE: 'region',
      KEEP_OVERLAYS: 'true',
      DETAIL: 'high',
      REDIS_URL: 'redis://localhost:6379',
      LOG_LEVEL: 'debug',
    });
    expect(settings).toMatchObject({ port: 0, materials: 3, labelStudioUrl: 'https://label.example/studio' });
    expect(settings.allowedImageHosts).toEqual(['images.local:9000', '10.0.0.7']);
    expect(Object.keys(settings)).toHaveLength(23);
  });

  test('an empty variable counts as unset, and auto is a number of materials', () => {
    expect(loadSettings({ PORT: '', MATERIALS: 'auto' })).toMatchObject({ port: 9090, materials: 'auto' });
  });

  test('the result cannot be changed', () => {
    expect(Object.isFrozen(loadSettings({}))).toBe(true);
  });

  test('one error names every bad variable and what it must be', () => {
    const { code, message } = failureOf({
      PORT: '70000',
      MATERIALS: '7',
      LABEL_STUDIO_URL: 'localhost:8080',
      CONCURRENCY: 'many',
      LOG_LEVEL: 'loud',
    });
    expect(code).toBe('settings.invalid');
    for (const name of ['PORT', 'MATERIALS', 'LABEL_STUDIO_URL', 'CONCURRENCY', 'LOG_LEVEL']) {
      expect(message).toMatch(new RegExp(`(^|; )${name} must be`));
    }
  });

  test('a login needs both its parts', () => {
    expect(failureOf({ BASIC_AUTH_USER: 'ada' }).message).toContain('BASIC_AUTH_PASS must be set');
    expect(failureOf({ BASIC_AUTH_PASS: 'x' }).message).toContain('BASIC_AUTH_USER must be set');
  });
});

describe('describeSettings', () => {
  test('every setting has a meaning, and help and table name them all', () => {
    const settings = describeSettings();
    expect(settings).toHaveLength(23);
    for (const { name, meaning } of settings) {
      expect(meaning).toMatch(/\.$/);
      expect(settingsHelp()).toContain(`  ${name} `);
      expect(settingsTable()).toContain(`| \`${name}\` |`);
    }
  });

  test('defaults are shown where there are any', () => {
    expect(settingsHelp()).toContain('(default: 9090)');
    expect(settingsTable()).toMatch(/\| `LABEL_STUDIO_URL` \| {2}\|/);
  });
});
