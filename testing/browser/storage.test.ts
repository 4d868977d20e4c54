import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '@espalier/callbacks';
import type { BrowserContext, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, howToGetChromium, startChromiumWithProfile } from './chromium.js';
import { servePage, type ServedPage } from './serve-page.js';
import type { Kind, StoragePage } from './storage/main.js';
import { storeProblems } from './storage/store-contract.js';
import type { Trained } from './storage/training.js';

const executable = chromiumPath();
const kinds: readonly Kind[] = ['IndexedDB', 'OPFS'];
const folders: string[] = [];
async function temporaryFolder(): Promise<string> {
  folders.push(await mkdtemp(join(tmpdir(), 'espalier-storage-')));
  return folders.at(-1)!;
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

test('a folder of Node fulfils the contract of stores', async () => {
  const folder = join(await temporaryFolder(), 'runs');
  expect(await storeProblems(() => folderStore(folder))).toEqual([]);
});

describe('in Chromium', () => {
  let served: ServedPage | undefined;
  let browser: BrowserContext | undefined;
  let profile: string;
  let tab: Tab;

  const openTab = async (): Promise<void> => {
    browser ??= await startChromiumWithProfile(executable!, profile);
    tab = await browser.newPage();
    await tab.goto(served!.url);
    await tab.waitForFunction(() => 'storage' in globalThis);
  };
  const call = <T>(method: keyof StoragePage, ...args: readonly unknown[]): Promise<T> =>
    tab.evaluate(([name, rest]) => (globalThis as any).storage[name](...rest), [method, args] as [
      string,
      unknown[],
    ]);

  beforeAll(async () => {
    if (!executable) return;
    [served, profile] = await Promise.all([servePage('storage'), temporaryFolder()]);
    await openTab();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  describe.each(kinds)('%s', (kind) => {
    test('fulfils the contract of stores, in the page and in a worker', async ({ skip }) => {
      if (!executable) return skip(howToGetChromium);
      expect(await call('contract', kind)).toEqual([]);
      expect(await call('inWorker', 'contract', kind)).toEqual([]);
    });

    test.for(['page', 'worker'])(
      'a tab closed while its %s trains, opened again, goes on to the same bits',
      async (where, { skip }) => {
        if (!executable) return skip(howToGetChromium);
        const whole = await call<Trained>('train', kind, `whole-${where}`);
        expect(whole.from).toBe(0);
        expect(whole.log.split('\n')).toHaveLength(5);
        const run = `closed-${where}`;
        // The last checkpoint is of step 49; the log has two lines.
        if (where === 'page') await call('trainUntil', kind, run, 52);
        else await call('inWorker', 'trainUntil', kind, run, 52);
        await tab.close();
        await openTab();
        const resumed = await call<Trained>('train', kind, run);
        expect(resumed).toEqual({ ...whole, from: 49 });
      },
    );

    test('outlives the browser', async ({ skip }) => {
      if (!executable) return skip(howToGetChromium);
      const whole = await call<Trained>('train', kind, 'whole-browser');
      await call('trainUntil', kind, 'closed-browser', 30);
      await browser!.close();
      browser = undefined;
      await openTab();
      expect(await call<Trained>('train', kind, 'closed-browser')).toEqual({ ...whole, from: 28 });
    });

    test('says what to do where the page may store nothing', async ({ skip }) => {
      if (!executable) return skip(howToGetChromium);
      const said = await call<string>('writeInSandbox', kind);
      expect(said).toContain(`cannot write to ${kind} 'x'`);
      expect(said).toContain('the page may not keep data here: allow this site to');
    });

    test('says what to do where there is no room, and keeps the old entry', async ({ skip }) => {
      if (!executable) return skip(howToGetChromium);
      // A browser that has not looked yet how much room there is.
      await browser!.close();
      browser = undefined;
      await openTab();
      const session = await browser!.newCDPSession(tab);
      const { origin } = new URL(served!.url);
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 3_000_000 });
      expect(await call('write', kind, 'full', 1000)).toBe('written');
      const said = await call<string>('write', kind, 'full', 4_000_000);
      await session.send('Storage.overrideQuotaForOrigin', { origin });
      expect(said).toContain(`cannot write to ${kind} 'full'`);
      expect(said).toContain('the room for this site is used up: keep fewer checkpoints');
      expect(await call('size', kind, 'full')).toBe(1000);
    });
  });

  test('OPFS has no entry that a closed tab was writing', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    await call('writeHalf');
    expect(await call('list', 'OPFS', 'cut')).toEqual([]);
    await tab.close();
    await openTab();
    expect(await call('list', 'OPFS', 'cut')).toEqual([]);
    expect(await call('size', 'OPFS', 'cut')).toBeUndefined();
    expect(await call('write', 'OPFS', 'cut', 10)).toBe('written');
    expect(await call('list', 'OPFS', 'cut')).toEqual(['a']);
  });
});
