import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page as Tab } from 'playwright-core';
import { preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun, tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';
import { chromiumPath, howToGetChromium, startChromiumWithProfile } from './chromium.js';

const executable = chromiumPath();
const example = join(root, 'examples/browser');

type Stroke = readonly (readonly [x: number, y: number])[];
/** Digits as lines, in shares of the pad's side. */
const drawings: Record<number, readonly Stroke[]> = {
  1: [
    [
      [0.5, 0.15],
      [0.5, 0.85],
    ],
  ],
  3: [
    [
      [0.3, 0.2],
      [0.55, 0.15],
      [0.68, 0.28],
      [0.58, 0.43],
      [0.45, 0.48],
      [0.62, 0.52],
      [0.72, 0.68],
      [0.58, 0.85],
      [0.3, 0.82],
    ],
  ],
  4: [
    [
      [0.35, 0.15],
      [0.25, 0.55],
      [0.75, 0.55],
    ],
    [
      [0.65, 0.2],
      [0.62, 0.88],
    ],
  ],
  7: [
    [
      [0.25, 0.22],
      [0.75, 0.22],
      [0.45, 0.8],
    ],
  ],
};

describe('examples/browser, built, in Chromium', () => {
  let folder: string;
  let server: PreviewServer | undefined;
  let url: string;
  let browser: BrowserContext | undefined;
  let tab: Tab;
  const errors: string[] = [];

  const openTab = async (): Promise<void> => {
    tab = await browser!.newPage();
    tab.on('pageerror', (error) => errors.push(String(error)));
    tab.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await tab.goto(url);
  };
  const until = (id: string, pattern: string): Promise<unknown> =>
    tab.waitForFunction(
      ([element, text]) => new RegExp(text!).test(document.getElementById(element!)!.textContent!),
      [id, pattern],
      { timeout: 60_000, polling: 50 },
    );
  const draw = async (strokes: readonly Stroke[]): Promise<void> => {
    await tab.click('#clear');
    const { x, y, width, height } = (await tab.locator('#pad').boundingBox())!;
    for (const [first, ...rest] of strokes) {
      await tab.mouse.move(x + first![0] * width, y + first![1] * height);
      await tab.mouse.down();
      for (const [right, down] of rest)
        await tab.mouse.move(x + right * width, y + down * height, { steps: 5 });
      await tab.mouse.up();
    }
  };

  beforeAll(async () => {
    if (!executable) return;
    folder = await mkdtemp(join(tmpdir(), 'espalier-example-'));
    const outDir = join(folder, 'dist');
    // As `npm run build` does it, and not as something under test.
    await mustRun(tool('vite'), ['build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'], {
      cwd: example,
      env: { NODE_ENV: 'production' },
    });
    server = await preview({
      root: example,
      configFile: false,
      build: { outDir },
      preview: { host: '127.0.0.1', port: 0, open: false },
    });
    url = server.resolvedUrls!.local[0]!;
    const screen = { viewport: { width: 1280, height: 900 }, hasTouch: true };
    browser = await startChromiumWithProfile(executable, join(folder, 'profile'), screen);
    await openTab();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  test('trains, and tells drawn digits', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    await until('status', '^Ready');
    await tab.fill('#epochs', '4');
    await tab.click('#start');
    await until('status', '^Done');
    expect(Number.parseFloat((await tab.textContent('#accuracy-value'))!)).toBeGreaterThan(85);
    expect(await tab.textContent('#position')).toContain('step 376 of 376');
    // Each row of the table holds the digits of its kind.
    const right = await tab.locator('#confusion .right').allTextContents();
    expect(right.map(Number).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(850);
    for (const [digit, strokes] of Object.entries(drawings)) {
      await draw(strokes);
      await until('guess', 'I think');
      expect(await tab.textContent('#guess')).toBe(`I think it is a ${digit}.`);
      expect(await tab.locator('#bars .best .digit').textContent()).toBe(digit);
    }
    expect(errors).toEqual([]);
  }, 120_000);

  test('takes a finger, and the keyboard', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    await tab.click('#clear');
    await until('guess', '^Draw');
    await tab.touchscreen.tap(...(await centre()));
    await until('guess', 'I think');
    await tab.click('#clear');
    await tab.focus('#pad');
    for (let i = 0; i < 10; i++) await tab.keyboard.press('ArrowUp');
    await tab.keyboard.down(' ');
    for (let i = 0; i < 20; i++) await tab.keyboard.press('ArrowDown');
    await tab.keyboard.up(' ');
    await until('guess', 'I think it is a 1');
    await tab.keyboard.press('Tab');
    expect(await tab.evaluate(() => document.activeElement?.id)).toBe('clear');
  });

  async function centre(): Promise<[number, number]> {
    const { x, y, width, height } = (await tab.locator('#pad').boundingBox())!;
    return [x + width / 2, y + height / 2];
  }

  test('fits a phone, light and dark', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    await tab.setViewportSize({ width: 390, height: 844 });
    for (const colorScheme of ['dark', 'light'] as const) {
      await tab.emulateMedia({ colorScheme });
      expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    }
    await tab.setViewportSize({ width: 1280, height: 900 });
  });

  test('every control has a name', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    const nameless = await tab.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, input, select, canvas, progress, svg[role]')]
        .filter((control) => {
          const labels = (control as HTMLInputElement).labels;
          return !control.textContent?.trim() && !control.ariaLabel && !labels?.length;
        })
        .map(({ outerHTML }) => outerHTML),
    );
    expect(nameless).toEqual([]);
  });

  test('goes on after its tab was closed in the middle of a run, and stops', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    await tab.fill('#epochs', '60');
    await tab.click('#start');
    await until('status', '^Epoch [2-9]');
    const step = Number(/step (\d+)/.exec((await tab.textContent('#position'))!)![1]);
    await tab.close();
    await openTab();
    // Not from the beginning: the first that is shown is at most a checkpoint's distance behind.
    await until('position', 'step \\d');
    expect(Number(/step (\d+)/.exec((await tab.textContent('#position'))!)![1])).toBeGreaterThan(step - 60);
    await until('position', 'ms a step');
    await tab.click('#stop');
    await until('status', '^Stopped');
    expect(errors).toEqual([]);
  }, 60_000);

  test('downloads no runtime of an engine that is not used, not to keep it either', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    await until('offline', 'works offline');
    const kept = await tab.evaluate(async () => {
      const cache = await caches.open((await caches.keys())[0]!);
      const sizes = (await cache.keys()).map(async (request) => {
        const bytes = await (await cache.match(request))!.arrayBuffer();
        return [request.url, bytes.byteLength] as const;
      });
      return Promise.all(sizes);
    });
    expect(kept.map(([address]) => address).filter((address) => /ort|onnx/.test(address))).toEqual([]);
    expect(kept.length).toBeGreaterThan(8);
    expect(kept.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(2.9e6);
  }, 60_000);

  test('works offline once loaded: reloads, goes on, tells digits', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    await until('offline', 'works offline');
    await browser!.setOffline(true);
    await server!.close();
    server = undefined;
    await tab.reload();
    await until('status', '^Stopped');
    await draw(drawings[7]!);
    await until('guess', 'I think it is a 7');
    await tab.click('#resume');
    await until('position', 'ms a step');
    await tab.click('#stop');
    await until('status', '^Stopped');
    expect(errors).toEqual([]);
  }, 60_000);
});
