import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, howToGetChromium, startChromium } from './chromium.js';
import type { Drawn } from './picture-page/main.js';
import { servePage, type ServedPage } from './serve-page.js';

const executable = chromiumPath();

describe('pictures in Chromium', () => {
  let served: ServedPage | undefined;
  let browser: Browser | undefined;
  let tab: Tab;

  beforeAll(async () => {
    if (!executable) return;
    [served, browser] = await Promise.all([servePage('picture-page'), startChromium(executable)]);
    tab = await browser.newPage();
    await tab.goto(served.url);
    await tab.waitForFunction(() => 'draw' in globalThis);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test('are PNG files of the size that is asked for, with the colours of the chart', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    const drawn = (scale: number) => tab.evaluate((at) => (globalThis as any).draw(at), scale);
    for (const scale of [1, 2.5]) {
      const picture: Drawn = await drawn(scale);
      expect(picture.signature).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      expect(Math.abs(picture.width - picture.svgWidth * scale)).toBeLessThanOrEqual(1);
      expect(Math.abs(picture.height - picture.svgHeight * scale)).toBeLessThanOrEqual(1);
      // Paper, then the two ends of the blues, each on two of the four cells.
      expect(picture.colors[0]).toBe('255,255,255');
      expect(picture.colors.slice(1, 3).sort()).toEqual(['244,248,252', '8,48,107']);
    }
  });
});
