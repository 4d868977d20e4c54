import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LivePage, serveLivePage } from '@espalier/core/internal';
import { htmlReport, readRun, runReport } from '@espalier/visualization';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, howToGetChromium, startChromium } from './chromium.js';

const executable = chromiumPath();

describe.runIf(executable)(`a page that follows runs (${howToGetChromium})`, () => {
  let folder: string;
  let browser: Browser;
  let tab: Tab;
  let page: LivePage;
  let files: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'espalier-live-'));
    files = ['a', 'b', 'c'].map((name) => join(folder, `${name}.jsonl`));
    for (const [i, file] of files.entries())
      await writeFile(file, `{"epoch":0,"loss":${i + 1}}\n{"epoch":1,"loss":${i + 0.5}}\n`);
    page = await serveLivePage({
      render: async () => htmlReport(runReport(await Promise.all(files.map(readRun)))),
      files,
      every: 20,
    });
    browser = await startChromium(executable!);
    tab = await browser.newPage();
    await tab.goto(page.address);
  });
  afterAll(async () => {
    await browser.close();
    await page.close();
    await rm(folder, { recursive: true });
  });

  const epochs = (text: string) => tab.locator('#summary tbody tr', { hasText: text }).waitFor();
  const warning = () => tab.locator('[role=status][style*=fixed]');

  test('what a reader chose and where he is stay when values come in', async () => {
    await tab.getByRole('button', { name: 'c', exact: true }).click();
    await tab.getByRole('button', { name: 'loss', exact: true }).click();
    await tab.getByLabel('Compare b').check();
    await tab.locator('figure').focus();
    await tab.keyboard.press('ArrowRight');
    await appendFile(files[0]!, '{"epoch":2,"loss":0.25}\n');
    await epochs('0.25');
    await expect
      .poll(() => tab.locator('.lines [aria-pressed=false]').allTextContents(), { timeout: 20_000 })
      .toEqual(['c']);
    expect(await tab.locator('[aria-sort]').allTextContents()).toEqual(['loss']);
    expect(await tab.getByLabel('Compare b').isChecked()).toBe(true);
    await expect.poll(() => tab.evaluate('document.activeElement.tagName')).toBe('FIGURE');
    await tab.keyboard.press('ArrowRight');
    expect(await tab.locator('.tip').innerText()).toMatch(/^Epoch 2\n/);
  });

  test('what cannot be read leaves the last values, with a note, until it can be', async () => {
    await writeFile(files[0]!, 'no log\n');
    await expect.poll(() => warning().innerText(), { timeout: 20_000 }).toContain('line 1 is no epoch');
    expect(await tab.locator('#summary tbody tr').count()).toBe(3);
    await writeFile(files[0]!, '{"epoch":0,"loss":0.125}\n');
    await epochs('0.125');
    await expect.poll(() => warning().innerText()).toBe('');
  });

  test('says when nobody serves it any more', async () => {
    await page.close();
    await expect.poll(() => warning().innerText(), { timeout: 20_000 }).toContain('nobody serves this page');
    expect(await tab.locator('#summary tbody tr').count()).toBe(3);
  });
});
