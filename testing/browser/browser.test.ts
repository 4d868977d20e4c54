import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, howToGetChromium, startChromium } from './chromium.js';
import type { Engine, Page, Trained } from './page/main.js';
import type { Problem } from './page/problems.js';
import { servePage, type ServedPage } from './serve-page.js';

const executable = chromiumPath();
const problems: readonly Problem[] = ['mlp', 'cnn'];

describe('in Chromium, bundled by Vite', () => {
  let served: ServedPage | undefined;
  let browser: Browser | undefined;
  let tab: Tab;
  const errors: string[] = [];
  const expected = new Map<Problem, Trained>();

  const call = <T>(method: keyof Page, ...args: readonly string[]): Promise<T> =>
    tab.evaluate(([name, rest]) => (globalThis as any).espalier[name](...rest), [method, args] as [
      string,
      string[],
    ]);

  beforeAll(async () => {
    if (!executable) return;
    [served, browser] = await Promise.all([servePage(), startChromium(executable)]);
    tab = await browser.newPage();
    tab.on('pageerror', (error) => errors.push(String(error)));
    await tab.goto(served.url);
    await tab.waitForFunction(() => 'espalier' in globalThis);
    for (const problem of problems) expected.set(problem, await call<Trained>('train', problem, 'eager'));
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  const engines: readonly (readonly [Engine, executor: string])[] = [
    ['wasm', 'compiled (onnxruntime-web)'],
    ['webgpu', 'compiled (webgpu)'],
    ['eager webgpu', 'eager (webgpu)'],
  ];
  for (const [engine, executor] of engines)
    for (const problem of problems)
      test(`steps ${executor} train the ${problem} as eager ones on wasm do`, async ({ skip }) => {
        if (!executable) return skip(howToGetChromium);
        const lacking = engine !== 'wasm' && !(await tab.evaluate(hasWebGpu));
        if (lacking) return skip('needs a Chromium with a GPU, or with SwiftShader for WebGPU');
        const trained = await call<Trained>('train', problem, engine);
        const { losses, validationLosses, weights } = expected.get(problem)!;
        expect(errors).toEqual([]);
        expect(trained.executor).toBe(executor);
        expect(trained.losses.at(-1)).toBeLessThan(0.8 * trained.losses[0]!);
        expectClose(trained.losses, losses);
        expectClose(trained.validationLosses, validationLosses);
        expectClose(trained.weights, weights);
      }, 180_000);
});

async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  return Boolean(await gpu?.requestAdapter());
}

/** Ten steps of float32 arithmetic: each rounds some 1e-7 of a number, and Adam divides by small roots. */
function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual.length).toBe(wanted.length);
  const apart = actual.map((value, i) => Math.abs(value - wanted[i]!) / (1 + Math.abs(wanted[i]!)));
  // NaN is no number below the bound.
  expect(apart.filter((distance) => !(distance <= 1e-4))).toEqual([]);
}
