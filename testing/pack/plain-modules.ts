import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromiumPath, howToGetChromium, startChromium } from '../browser/chromium.js';
import { mustRun } from '../support/run-command.js';
import { loadsInBrowsers } from '../support/workspaces.js';
import type { PackedPackage } from './pack-packages.js';
import { serveFolder } from './serve-folder.js';

const NOTHING = 'data:text/javascript,export default {}';
const tensorflow = (name: string): string => `/node_modules/@tensorflow/tfjs-${name}/dist/tf-${name}.fesm.js`;

const isBuilt = (file: string): boolean => /^dist\/[^/]+\.js$/.test(file);

/** What the built packages import at once besides each other and TensorFlow.js, and where that is installed. */
async function othersOf(folder: string, packed: readonly PackedPackage[]): Promise<Record<string, string>> {
  const code = packed
    .flatMap(({ directory, files }) => files.filter(isBuilt).map((file) => join(directory, file)))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const imported = [...code.matchAll(/^(?:import|export)\b[^'"]*?from ["']([^."'][^"']*)["']/gm)].map(
    ([, name]) => name!,
  );
  const ours = packed.map(({ manifest }) => manifest.name);
  const others = [...new Set(imported)].filter(
    (name) => !ours.includes(name) && !name.startsWith('@tensorflow/'),
  );
  const resolve = `console.log(JSON.stringify(${JSON.stringify(others)}.map((name) => import.meta.resolve(name))))`;
  const stdout = await mustRun('node', ['--input-type=module', '--eval', resolve], { cwd: folder });
  const addresses = (JSON.parse(stdout) as string[]).map((url) =>
    url.slice(url.lastIndexOf('/node_modules/')),
  );
  return Object.fromEntries(others.map((name, i) => [name, addresses[i]!]));
}

/** Where a page without a bundler finds the modules: in an import map. */
async function importMap(folder: string, packed: readonly PackedPackage[]): Promise<Record<string, string>> {
  return {
    ...(await othersOf(folder, packed)),
    ...Object.fromEntries(
      packed.map(({ manifest: { name } }) => [name, `/node_modules/${name}/dist/index.js`]),
    ),
    '@tensorflow/tfjs-core': tensorflow('core'),
    '@tensorflow/tfjs-layers': tensorflow('layers'),
    '@tensorflow/tfjs-backend-wasm': tensorflow('backend-wasm'),
    // TensorFlow.js' wasm backend imports these for Node, and uses none of them in a browser.
    ...Object.fromEntries(['fs', 'path', 'os', 'perf_hooks'].map((name) => [name, NOTHING])),
  };
}

/** A page that imports every package and trains, without anything having been built for it. */
function page(packed: readonly PackedPackage[], imports: Readonly<Record<string, string>>): string {
  const names = packed.map(({ manifest }) => manifest.name);
  return `<!doctype html>
<title>Plain modules</title>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  import { accuracy, adam, eager, mlp, softmaxCrossEntropy, syntheticClassification, Trainer, useBackend, wasm } from 'espalier';
  globalThis.outcome = (async () => {
    const loaded = await Promise.all(${JSON.stringify(names)}.map((name) => import(name)));
    const empty = loaded.filter((module) => Object.keys(module).length === 0).length;
    if (empty > 0) throw new Error(empty + ' packages export nothing');
    await useBackend(wasm({ wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/dist/' }));
    const data = syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
    const model = mlp({ inputs: 4, hidden: [16], outputs: 3, seed: 1 });
    const trainer = new Trainer({ model, loss: softmaxCrossEntropy(), optimizer: adam({ learningRate: 0.01 }), metrics: [accuracy()], executor: eager(), seed: 1 });
    const { executor, epochs } = await trainer.fit(data, { epochs: 8, batchSize: 16 });
    return { executor, accuracy: epochs.at(-1).accuracy, packages: loaded.length };
  })();
</script>
`;
}

/**
 * Loads every installed package in Chromium as it is, by an import map and without a bundler, and trains there.
 *
 * @returns What it did; without Chromium, what is needed.
 */
export async function checkPlainModules(folder: string, packed: readonly PackedPackage[]): Promise<string> {
  const executable = chromiumPath();
  if (!executable) return `not done, ${howToGetChromium}`;
  const loading = packed.filter(loadsInBrowsers);
  const server = await serveFolder(folder, page(loading, await importMap(folder, loading)));
  const browser = await startChromium(executable);
  try {
    const tab = await browser.newPage();
    const errors: string[] = [];
    tab.on('pageerror', (error) => errors.push(String(error)));
    tab.on('requestfailed', (request) => errors.push(`not loaded: ${request.url()}`));
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await tab
      .waitForFunction(() => 'outcome' in globalThis, undefined, { timeout: 30_000 })
      .catch(() => {
        throw new Error(`the modules did not load: ${errors.join('; ') || 'no error was told'}`);
      });
    const { executor, accuracy, packages } = await tab.evaluate(
      () => (globalThis as unknown as { outcome: Promise<Record<string, string | number>> }).outcome,
    );
    if (!(Number(accuracy) > 0.6)) throw new Error(`trained to ${String(accuracy)}`);
    return `${packages} packages without a bundler, ${executor}, accuracy ${Number(accuracy).toFixed(2)}`;
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}
