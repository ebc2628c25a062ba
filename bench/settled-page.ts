import type { Page } from 'playwright-core';

/** Waits until three screenshots in a row, a second apart, are the same: then the page has drawn everything. Gives up after a minute. */
export async function settle(page: Page): Promise<void> {
  let before = await page.screenshot();
  for (let tries = 0, equal = 0; tries < 60 && equal < 2; tries++) {
    await page.waitForTimeout(1000);
    const now = await page.screenshot();
    equal = now.equals(before) ? equal + 1 : 0;
    before = now;
  }
}
