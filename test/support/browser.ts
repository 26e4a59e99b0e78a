import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { findChromium } from './chromium.ts';

/** One browser for all tests of a file. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error('There is no Chromium here.');
    browser = await chromium.launch({ executablePath });
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('The browser is started before the first test.');
    return browser;
  };
}
