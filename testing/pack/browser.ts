import { isDeepStrictEqual } from 'node:util';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import { build, preview } from 'vite';
import { chromiumPath, howToGetChromium, startChromium } from '../browser/chromium.js';
import type { WorkerPage } from '../browser/worker-page/main.js';
import type { Trained } from '../browser/worker-page/training.js';
import { mustRun } from '../support/run-command.js';
import type { Manifest } from '../support/workspaces.js';
import { readJson, root } from '../support/workspaces.js';

const shared = { configFile: false, logLevel: 'error' } as const;

/** Bundles the page with a worker, of the tests in browsers, from what was installed. */
async function bundlePage(folder: string): Promise<string> {
  const { devDependencies = {} } = readJson<Manifest>(join(root, 'package.json'));
  const runtime = `onnxruntime-web@${devDependencies['onnxruntime-web'] ?? 'latest'}`;
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await mustRun('npm', ['install', runtime, ...quiet], { cwd: folder });
  const pages = join(folder, 'pages');
  mkdirSync(join(pages, 'page'), { recursive: true });
  for (const part of ['worker-page', 'page/problems.ts'])
    cpSync(join(root, 'testing/browser', part), join(pages, part), { recursive: true });
  const page = join(pages, 'worker-page');
  const warnings: string[] = [];
  await build({
    ...shared,
    root: page,
    worker: { format: 'es' },
    build: {
      target: 'esnext',
      chunkSizeWarningLimit: 1e5,
      rollupOptions: { onwarn: ({ message }) => warnings.push(message) },
    },
  });
  // The runtime for Node is not installed here, but may be in a folder above.
  const builtIns = warnings.filter(
    (text) => text.includes('externalized for browser compatibility') && !text.includes('onnxruntime-node'),
  );
  if (builtIns.length > 0) throw new Error(`modules of Node reach the bundle:\n${builtIns.join('\n')}`);
  return page;
}

/** What the page gives must be the same on its own thread and in its worker. */
async function trainBoth(tab: Tab): Promise<string[]> {
  const call = <T>(method: keyof WorkerPage, ...args: readonly unknown[]): Promise<T> =>
    tab.evaluate(([name, rest]) => (globalThis as any).espalier[name](...rest), [method, args] as [
      string,
      unknown[],
    ]);
  const done: string[] = [];
  for (const engine of ['eager', 'compiled']) {
    for (const problem of ['mlp', 'cnn']) {
      const here = await call<Trained>('trainHere', problem, engine);
      const { told, ...there } = await call<Trained & { told: number }>('trainInWorker', problem, engine);
      const losses = here.epochs.map((epoch) => epoch['loss']!);
      if (!isDeepStrictEqual(there, here))
        throw new Error(`${problem}, ${engine}: the worker trains differently`);
      if (told !== 5 || !(losses.at(-1)! < 0.8 * losses[0]!))
        throw new Error(`${problem}, ${engine}: ${losses.join()}`);
      done.push(`${problem} ${here.executor}`);
    }
    const { status, epochs } = await call<Trained>('stopAfterFrames', engine, 10);
    if (status !== 'stopped' || epochs.length < 2)
      throw new Error(`${engine}: ${status} after ${epochs.length} epochs`);
  }
  return done;
}

/** Trains in Chromium, on the page's thread and in a worker, with a bundle of what was installed. */
export async function checkBrowser(folder: string): Promise<string> {
  const executable = chromiumPath();
  if (!executable) return `not run, ${howToGetChromium}`;
  const page = await bundlePage(folder);
  const server = await preview({
    ...shared,
    root: page,
    preview: { host: '127.0.0.1', port: 0, open: false },
  });
  const browser = await startChromium(executable);
  try {
    const tab = await browser.newPage();
    const errors: string[] = [];
    tab.on('pageerror', (error) => errors.push(String(error)));
    await tab.goto(server.resolvedUrls!.local[0]!);
    await tab.waitForFunction(() => 'espalier' in globalThis);
    const done = await trainBoth(tab);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    return done.join(', ');
  } finally {
    await browser.close();
    await server.close();
  }
}
