import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, howToGetChromium, startChromium } from './chromium.js';
import { servePage, type ServedPage } from './serve-page.js';
import type { Failure, WorkerPage } from './worker-page/main.js';
import type { Engine, Trained } from './worker-page/training.js';

const executable = chromiumPath();
const engines: readonly Engine[] = ['eager', 'compiled'];

describe('in a Web Worker of Chromium, bundled by Vite', () => {
  let served: ServedPage | undefined;
  let browser: Browser | undefined;
  let tab: Tab;
  const errors: string[] = [];

  const call = <T>(method: keyof WorkerPage, ...args: readonly unknown[]): Promise<T> =>
    tab.evaluate(([name, rest]) => (globalThis as any).espalier[name](...rest), [method, args] as [
      string,
      unknown[],
    ]);

  beforeAll(async () => {
    if (!executable) return;
    [served, browser] = await Promise.all([servePage('worker-page'), startChromium(executable)]);
    tab = await browser.newPage();
    tab.on('pageerror', (error) => errors.push(String(error)));
    await tab.goto(served.url);
    await tab.waitForFunction(() => 'espalier' in globalThis);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  for (const engine of engines) {
    for (const problem of ['mlp', 'cnn'])
      test(`${engine} steps train the ${problem} to the bits of the page's own thread`, async ({ skip }) => {
        if (!executable) return skip(howToGetChromium);
        const here = await call<Trained>('trainHere', problem, engine);
        const { told, ...there } = await call<Trained & { told: number }>('trainInWorker', problem, engine);
        expect(errors).toEqual([]);
        expect(here.executor).toBe(engine === 'eager' ? 'eager (wasm)' : 'compiled (onnxruntime-web)');
        expect(here.epochs.length).toBe(5);
        expect(there).toEqual(here);
        expect(told).toBe(5);
      }, 180_000);

    test(`${engine} steps train on while the page draws, until it stops them`, async ({ skip }) => {
      if (!executable) return skip(howToGetChromium);
      const { status, stopReason, epochs } = await call<Trained>('stopAfterFrames', engine, 20);
      expect([status, stopReason]).toEqual(['stopped', 'after 20 frames']);
      expect(epochs.length).toBeGreaterThan(1);
      expect(errors).toEqual([]);
    }, 180_000);
  }

  test('the page draws while a worker never lets go of its thread, and can end it', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    const { frames, error } = await call<{ frames: number; error: Failure }>('framesBesideSpin', 20);
    expect(frames).toBe(20);
    expect(error).toMatchObject({ code: 'aborted', message: expect.stringContaining('seen enough') });
  });

  test.for([
    ['uncaught', 'execution-failed', 'nobody catches this'],
    ['close', 'execution-failed', 'closed itself'],
    ['refuse', 'checkpoint', '[shelf] it is empty.'],
  ] as const)('a job that fails rejects its run alone: %s', async ([job, code, message], { skip }) => {
    if (!executable) return skip(howToGetChromium);
    expect(await call('failure', job)).toEqual({ code, message: expect.stringContaining(message) });
    expect(await call('trainInWorker', 'mlp', 'eager')).toMatchObject({ status: 'completed' });
    expect(errors).toEqual([]);
  });

  test('a worker whose script is not there says so', async ({ skip }) => {
    if (!executable) return skip(howToGetChromium);
    expect(await call('missing')).toEqual({
      code: 'execution-failed',
      message: expect.stringContaining('could not be loaded'),
    });
  });
});
