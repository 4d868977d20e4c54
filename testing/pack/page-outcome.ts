import type { AddressInfo } from 'node:net';
import { chromiumPath, howToGetChromium, startChromium } from '../browser/chromium.js';
import { serveFolder } from './serve-folder.js';

/**
 * Opens a page in Chromium and awaits what it puts into `globalThis.outcome`.
 *
 * @throws Error with what the page said where it fails, or where there is no Chromium.
 */
export async function pageOutcome<T>(url: string): Promise<T> {
  const executable = chromiumPath();
  if (!executable) throw new Error(howToGetChromium);
  const browser = await startChromium(executable);
  const errors: string[] = [];
  try {
    const tab = await browser.newPage();
    tab.on('pageerror', (error) => errors.push(String(error)));
    tab.on('requestfailed', (request) => errors.push(`not loaded: ${request.url()}`));
    tab.on('response', (response) => {
      if (response.status() >= 400) errors.push(`${response.status()}: ${response.url()}`);
    });
    await tab.goto(url);
    await tab.waitForFunction(() => 'outcome' in globalThis, undefined, { timeout: 60_000 });
    return await tab.evaluate(() => (globalThis as unknown as { outcome: Promise<T> }).outcome);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${errors.join('\n')}`, { cause: error });
  } finally {
    await browser.close();
  }
}

/** The same for a folder of files that any server would serve. */
export async function folderOutcome<T>(folder: string, index?: string): Promise<T> {
  const server = await serveFolder(folder, index);
  try {
    return await pageOutcome<T>(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
