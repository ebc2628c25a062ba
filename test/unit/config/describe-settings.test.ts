import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { settingsHelp, settingsTable } from '../../../src/config/describe-settings.js';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const withoutPadding = (text: string): string => text.replace(/ +\|/g, ' |').replace(/\| +/g, '| ').replace(/-+/g, '-');

test('the README documents exactly the settings that there are', () => {
  expect(withoutPadding(readme)).toContain(withoutPadding(settingsTable()));
});

test('the help names every setting of the contract that this version has', () => {
  const names = [
    'PORT',
    'HOST',
    'MODEL',
    'MATERIALS',
    'LABEL_STUDIO_URL',
    'LABEL_STUDIO_API_KEY',
    'CONCURRENCY',
    'MAX_IMAGE_PIXELS',
  ];
  for (const name of names) expect(settingsHelp()).toContain(`  ${name} `);
});
