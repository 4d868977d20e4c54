import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { htmlReport, learningCurves } from '@espalier/visualization';
import type { Browser, Locator, Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath, howToGetChromium, startChromium } from './chromium.js';

const executable = chromiumPath();

const history = (speed: number) => ({
  epochs: Array.from({ length: 20 }, (_, epoch) => ({ epoch, loss: Math.exp(-speed * epoch) })),
});

const report = () =>
  htmlReport({
    title: 'Three rates',
    summary: {
      columns: ['run', { label: 'accuracy', best: 'max' }, { label: 'loss', digits: 2 }],
      rows: [
        ['b', '98.0 % \u00b1 0.2', 0.3],
        ['a', '97.9 % \u00b1 0.1', 0.12],
        ['c', '91 % \u00b1 0.2', 10],
      ],
    },
    sections: [
      {
        title: 'Curves',
        charts: learningCurves([
          { name: 'a', history: history(0.1) },
          { name: 'b', history: history(0.2) },
          { name: 'c', history: history(0.4) },
        ]),
      },
    ],
  });

/** What of Chromium's accessibility tree is looked at. */
interface AccessibilityTree {
  readonly nodes: readonly {
    readonly ignored: boolean;
    readonly role?: { readonly value: string };
    readonly name?: { readonly value: string };
  }[];
}

describe('a report in a browser', () => {
  let folder: string;
  let browser: Browser;
  let tab: Tab;
  let complaints: string[];

  beforeAll(async () => {
    if (!executable) return;
    folder = await mkdtemp(join(tmpdir(), 'espalier-report-'));
    await writeFile(join(folder, 'report.html'), await report());
    browser = await startChromium(executable);
  });
  afterAll(async () => {
    if (!executable) return;
    await browser.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    complaints = [];
    tab = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
    tab.on('console', (message) => complaints.push(message.text()));
    tab.on('pageerror', (error) => complaints.push(String(error)));
    await tab.goto(pathToFileURL(join(folder, 'report.html')).href);
  });
  afterEach(async () => {
    if (!executable) return;
    await tab.close();
    expect(complaints).toEqual([]);
  });

  const column = (n: number): Promise<string[]> =>
    tab.locator(`#summary tbody tr > :nth-child(${n})`).allTextContents();
  const figure = (): Locator => tab.locator('figure');
  const tip = (): Promise<string> => tab.locator('.tip').innerText();
  const drawn = (): Promise<number> => tab.locator('figure .live path[stroke]').count();
  const press = (name: string) => tab.getByRole('button', { name, exact: true }).click();

  test('sorts by what stands in a column: numbers as numbers, then backwards, then as it was', async () => {
    await press('loss');
    expect(await column(3)).toEqual(['0.12', '0.30', '10.00']);
    await press('loss');
    expect(await column(3)).toEqual(['10.00', '0.30', '0.12']);
    expect(await tab.locator('[aria-sort]').allTextContents()).toEqual(['loss']);
    await press('loss');
    expect((await column(1)).map((text) => text.trim())).toEqual(['b', 'a', 'c']);
    await press('run');
    expect((await column(1)).map((text) => text.trim())).toEqual(['a', 'b', 'c']);
  });

  test('compares two runs: their differences, and their lines alone', async () => {
    await tab.getByLabel('Compare a').check();
    expect(await tab.locator('tfoot').count()).toBe(0);
    await tab.getByLabel('Compare b').check();
    expect(await tab.locator('tfoot tr > *').allTextContents()).toEqual([
      'b less a',
      '+0.1 % (within the spread)',
      '+0.18',
    ]);
    expect(await drawn()).toBe(2);
    expect(await tab.getByLabel('Compare c').isDisabled()).toBe(true);
    await tab.getByLabel('Compare a').uncheck();
    await tab.getByLabel('Compare c').check();
    expect((await tab.locator('tfoot tr > *').allTextContents())[1]).toBe('\u22127 %');
    await tab.getByLabel('Compare c').uncheck();
    expect(await tab.locator('tfoot').count()).toBe(0);
    expect(await drawn()).toBe(0);
  });

  test('says the values at a place, by pointer and by keyboard', async () => {
    const box = (await tab.locator('figure .background').first().boundingBox())!;
    await tab.mouse.move(box.x, box.y + box.height / 2);
    expect(await tip()).toBe('Epoch 1\na: 1\nb: 1\nc: 1');
    await tab.mouse.move(box.x + box.width, box.y + box.height / 2);
    expect(await tip()).toBe(
      `Epoch 20\na: ${Math.exp(-1.9).toPrecision(5)}\nb: ${Math.exp(-3.8).toPrecision(5)}\nc: ${Number(Math.exp(-7.6).toPrecision(5))}`,
    );
    await tab.mouse.move(5, 5);
    expect(await tab.locator('.tip').isHidden()).toBe(true);
    await figure().focus();
    await tab.keyboard.press('ArrowRight');
    await tab.keyboard.press('ArrowRight');
    expect(await tip()).toMatch(/^Epoch 2\n/);
  });

  test('hides a line, zooms into a part and comes back to the picture as it was', async () => {
    const picture = await figure().locator('svg').first().screenshot();
    await press('c');
    expect(await drawn()).toBe(2);
    await press('c');
    const box = (await tab.locator('figure .background').first().boundingBox())!;
    const [from, to] = [box.x + box.width * 0.5, box.x + box.width * 0.8];
    await tab.mouse.move(from, box.y + 50);
    await tab.mouse.down();
    await tab.mouse.move(to, box.y + 50, { steps: 3 });
    await tab.mouse.up();
    const labels = (await figure().locator('.live text').allTextContents()).map(Number);
    const epochs = labels.filter((value) => value > 1);
    // Half of 1 to 20 is 10.5, four fifths 16.2.
    expect(epochs).toEqual([11, 12, 13, 14, 15, 16]);
    await tab.mouse.move(5, 5);
    await figure().focus();
    await tab.keyboard.press('Escape');
    await figure().blur();
    expect(await drawn()).toBe(0);
    expect((await figure().locator('svg').first().screenshot()).equals(picture)).toBe(true);
  });

  test('tells values apart that lie close to each other, zooms no further than two points, and compares runs of long names', async () => {
    const long = `${'x'.repeat(80)} 1`;
    const far = (more: number) => ({
      epochs: Array.from({ length: 9 }, (_, epoch) => ({ epoch, loss: 1e6 + more + epoch * 1e-5 })),
    });
    const runs = [
      { name: long, history: far(0) },
      { name: 'b', history: far(1e-5) },
      { name: 'c', history: far(0) },
    ];
    const page = await htmlReport({
      title: 'Far from 0',
      summary: { columns: ['run', 'n'], rows: runs.map(({ name }, i) => [name, i]) },
      sections: [{ title: 'Curves', charts: learningCurves(runs) }],
    });
    await writeFile(join(folder, 'far.html'), page);
    await tab.goto(pathToFileURL(join(folder, 'far.html')).href);
    await figure().focus();
    await tab.keyboard.press('ArrowRight');
    await tab.keyboard.press('ArrowRight');
    expect(await tip()).toMatch(/^Epoch 2\nx+\u2026x+ 1: 1000000.00001\nb: 1000000.00002\n/);
    for (let i = 0; i < 70; i++) await tab.keyboard.press('+');
    const labels = await figure().locator('.live text').allTextContents();
    expect(labels.length).toBeGreaterThan(4);
    expect(new Set(labels).size).toBe(labels.length);
    expect(
      labels
        .filter((text) => text.length < 4)
        .map(Number)
        .every(Number.isInteger),
    ).toBe(true);
    await tab.getByLabel(`Compare ${long}`).check();
    await tab.getByLabel('Compare c').check();
    expect(await drawn()).toBe(2);
  });

  test('is one picture with one text to a screen reader, and says what a key or a press did', async () => {
    const client = await tab.context().newCDPSession(tab);
    const { nodes } = (await client.send(
      'Accessibility.getFullAXTree' as never,
    )) as unknown as AccessibilityTree;
    const seen = nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => [role?.value, name?.value]);
    const roles = seen.map(([role]) => role);
    expect(roles.filter((role) => role?.startsWith('graphics-'))).toEqual([]);
    expect(seen.filter(([role]) => role === 'image')).toEqual([
      ['image', expect.stringContaining('Loss. Chart of 3 lines')],
    ]);
    expect(seen).toContainEqual(['figure', 'Loss']);
    expect(seen).toContainEqual(['group', 'Summary']);
    expect(seen).toContainEqual(['rowheader', 'a']);
    expect(seen).toContainEqual(['table', expect.stringContaining('Summary')]);
    expect(seen).toContainEqual(['cell', 'best 98.0 % \u00b1 0.2']);
    const said = (): Promise<string> => tab.locator('[role=status]').innerText();
    await press('loss');
    expect(await said()).toBe('Sorted by loss, ascending');
    await figure().focus();
    await tab.keyboard.press('End');
    expect(await said()).toMatch(/^Epoch 20, a: /);
    await tab.getByLabel('Compare a').check();
    await tab.getByLabel('Compare b').check();
    expect(await said()).toBe('b less a, accuracy +0.1 % (within the spread), loss +0.18');
    await press('b');
    await tab.getByRole('button', { name: 'a', exact: true }).click({ force: true });
    expect(await tab.locator('.lines [aria-pressed=true]').allTextContents()).toEqual(['a']);
    expect(await tab.locator('.lines [aria-disabled=true]').allTextContents()).toEqual(['a']);
  });

  test('shows values at a tap, zooms by a button, and fits a narrow phone', async () => {
    const phone = await browser.newContext({ viewport: { width: 320, height: 640 }, hasTouch: true });
    const page = await phone.newPage();
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    // What scrolls sideways has a shade at its edge, which cells do not hide.
    const hints = await page
      .locator('.table, .table tbody td')
      .evaluateAll((all) =>
        all.map((one) => getComputedStyle(one)).map((one) => [one.backgroundImage, one.backgroundColor]),
      );
    expect(hints[0]![0]).toContain('gradient');
    expect(hints[1]).toEqual(['none', 'rgba(0, 0, 0, 0)']);
    await page.locator('figure').scrollIntoViewIfNeeded();
    const box = (await page.locator('figure .background').first().boundingBox())!;
    await page.touchscreen.tap(box.x + 2, box.y + box.height / 2);
    expect(await page.locator('.tip').innerText()).toMatch(/^Epoch 1\n/);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    const labels = (await page.locator('figure .live text').allTextContents()).map(Number);
    // Epoch 1 and a quarter of the 19 after it.
    expect(labels.filter((value) => value > 1)).toEqual([2, 3, 4, 5]);
    await phone.close();
  });

  test('cuts nothing off on paper', async () => {
    await tab.setViewportSize({ width: 700, height: 1000 });
    await tab.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await tab.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    const heights = await tab
      .locator('figure > svg')
      .evaluateAll((all) => all.map((one) => (one as unknown as { clientHeight: number }).clientHeight));
    expect(Math.max(...heights)).toBeLessThan(330);
    const paper = await tab.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(paper).toBe('rgb(255, 255, 255)');
  });

  test('is complete without JavaScript, and on paper', async () => {
    const quiet = await browser.newContext({ javaScriptEnabled: false });
    const page = await quiet.newPage();
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    expect(await page.locator('#summary tbody tr').count()).toBe(3);
    expect(await page.locator('figure svg .mark-line path').count()).toBe(3);
    expect(await page.locator('figure .lines, .choose, .sort').count()).toBe(0);
    await quiet.close();
    await tab.emulateMedia({ media: 'print' });
    expect(await tab.locator('.lines').isHidden()).toBe(true);
    expect(await tab.locator('.choose').first().isHidden()).toBe(true);
  });
});
