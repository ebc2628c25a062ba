import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { settle } from './settled-page.js';
import { endServed, type LabelStudio, modelsLoaded, openLabelStudio, root, script, startBackend } from './support.js';

const port = 18_090;
const screen = { width: 1440, height: 900 };

/**
 * The picture of Label Studio on the README's first screen. Writes a screenshot of the labelling page with the named
 * example, as it is when the task is opened, on a laptop's screen.
 */
export async function photographLabelStudio(example: string, file: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'picture-'));
  const studio = await openLabelStudio(path.join(folder, 'label-studio'), port);
  const backend = await startBackend(studio, { DATA_DIR: path.join(folder, 'data') }, modelsLoaded);
  const executablePath = script('find-chromium.sh');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const task = await paintedTask(studio, backend.url, example);
    const page = await logIn(browser, studio);
    await page.goto(`${studio.url}/projects/${task.project}/data`);
    await page.waitForLoadState('networkidle');
    await page.goto(`${studio.url}/projects/${task.project}/data?task=${task.id}`);
    await page.locator('.lsf-image > img').first().waitFor();
    await page.getByText('Material 3', { exact: true }).last().waitFor();
    // Another tool than the brush: its slider would cover a corner of the micrograph.
    await page.locator('[aria-label="move-tool"]').first().click();
    await page.mouse.move(0, 0);
    await settle(page);
    await sharp(await page.screenshot())
      .png({ palette: true, quality: 90 })
      .toFile(file);
  } finally {
    await browser.close();
    await endServed(backend.child);
    studio.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }
}

/** A new project with the example, connected to the backend, its prediction fetched. */
async function paintedTask(
  studio: LabelStudio,
  url: string,
  example: string,
): Promise<{ readonly id: number; readonly project: number }> {
  const labelConfig = readFileSync(path.join(root, 'label-config/materials-3.xml'), 'utf8');
  const project = await studio.ask<{ readonly id: number }>('POST', '/api/projects', {
    title: 'SrTiO3 film on Ge',
    label_config: labelConfig,
  });
  const form = new FormData();
  const bytes = readFileSync(path.join(root, 'examples', `${example}.png`));
  form.append('file', new Blob([bytes], { type: 'image/png' }), `${example}.png`);
  await studio.ask('POST', `/api/projects/${project.id}/import`, form);
  await studio.ask('POST', '/api/ml', { project: project.id, url, title: 'sam-i-am', is_interactive: true });
  const selectedItems = { all: true, excluded: [] };
  const retrieve = `/api/dm/actions?id=retrieve_tasks_predictions&project=${project.id}`;
  await studio.ask('POST', retrieve, { selectedItems });
  interface Answer {
    readonly tasks: readonly { readonly id: number; readonly predictions: readonly object[] }[];
  }
  const { tasks } = await studio.ask<Answer>('GET', `/api/tasks?project=${project.id}&fields=all`);
  const [task] = tasks;
  if (task === undefined || task.predictions.length === 0) throw new Error('the task has no prediction');
  return { id: task.id, project: project.id };
}

async function logIn(browser: Browser, { url, user, password }: LabelStudio): Promise<Page> {
  const page = await browser.newPage({ viewport: screen });
  page.setDefaultTimeout(60_000);
  await page.goto(`${url}/user/login/`);
  await page.fill('input[name=email]', user);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((address) => !address.pathname.includes('/login')), page.keyboard.press('Enter')]);
  return page;
}
