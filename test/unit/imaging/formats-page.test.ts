import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { formatsPage } from '../../support/formats-page.js';

const page = new URL('../../../docs/formats.md', import.meta.url);

test('docs/formats.md says what the table of formats says', async () => {
  if (process.env['UPDATE_DOCS'] !== undefined) await writeFile(page, formatsPage());
  expect(await readFile(page, 'utf8')).toBe(formatsPage());
});
