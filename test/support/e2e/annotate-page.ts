import type { Page } from 'playwright-core';
import type { LabelStudio } from './label-studio.js';

/** A position in the micrograph as fractions of its width and height. */
export type Place = readonly [x: number, y: number];

/** Label Studio's labelling page as an annotator uses it. */
export interface AnnotatePage {
  selectRegion(index: number): Promise<void>;
  deleteSelected(): Promise<void>;
  unselect(): Promise<void>;
  pickLabel(name: string): Promise<void>;
  /** One stroke with the brush. */
  stroke(from: Place, to: Place): Promise<void>;
  submit(): Promise<void>;
}

/** The page reacts to clicks a moment later, without a sign of its own. */
const reactionMs = 800;

/** Opens a task with its prediction as the annotation to start from. */
export async function openForAnnotation(
  page: Page,
  { url }: LabelStudio,
  project: number,
  task: number,
  regions: number,
): Promise<AnnotatePage> {
  await page.goto(`${url}/projects/${project}/data?task=${task}`);
  const picture = page.locator('.lsf-image > img').first();
  await picture.waitFor();
  const titles = page.locator('.lsf-outliner-item__title');
  await titles.nth(regions - 1).waitFor();
  await page.waitForTimeout(3 * reactionMs);
  const box = await picture.boundingBox();
  if (box === null) throw new Error('the page shows no micrograph');
  const at = ([x, y]: Place): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  const settle = () => page.waitForTimeout(reactionMs);
  return {
    async selectRegion(index) {
      await titles.nth(index).click();
      await settle();
    },
    async deleteSelected() {
      await page.keyboard.press('Backspace');
      await settle();
    },
    async unselect() {
      await page.keyboard.press('Escape');
      await settle();
    },
    async pickLabel(name) {
      await page.locator('.lsf-label', { hasText: name }).first().click();
      await settle();
    },
    async stroke(from, to) {
      await page.mouse.move(...at(from));
      await page.mouse.down();
      await page.mouse.move(...at(to), { steps: 8 });
      await page.mouse.up();
      await settle();
    },
    async submit() {
      const stored = page.waitForResponse(
        (response) =>
          response.request().method() === 'POST' && /\/annotations\b/.test(new URL(response.url()).pathname),
      );
      await page.getByTestId('bottombar-submit-button').click();
      const status = (await stored).status();
      if (status !== 201) throw new Error(`Label Studio answered ${status} to the annotation`);
    },
  };
}
