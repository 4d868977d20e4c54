import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, defaultClientConditions } from 'vite';
import { afterAll, describe, expect, test } from 'vitest';
import { loadsInBrowsers, publishable, readJson } from '../support/workspaces.js';
import { bundle } from './bundle-size.js';

/*
 * What the packages weigh in a browser, minified and gzipped, without TensorFlow.js and ONNX Runtime. The limits are in
 * sizes.json: what was measured, and a tenth more. After a change that is worth its bytes:
 *
 *   UPDATE_SIZES=1 npx vitest run testing/browser/sizes.test.ts
 */
const file = join(import.meta.dirname, 'sizes.json');
const update = Boolean(process.env['UPDATE_SIZES']);

interface Size {
  readonly bytes: number;
  readonly limit: number;
}
const recorded = readJson<Record<string, Size>>(file);
const measured: Record<string, Size> = {};

const training = `
import { Trainer } from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
export const trainer = new Trainer({
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam(),
});
`;
const names = publishable()
  .filter(loadsInBrowsers)
  .map(({ manifest }) => manifest.name);
/** Whole packages; what each needs of core is weighed with core. */
const entries: [name: string, code: string, external: readonly string[]][] = [
  ['a trainer of core, models, losses, optimizers', training, []],
  ...names.map((name): [string, string, string[]] => [
    name,
    `export * from '${name}';`,
    ['@espalier/core', 'espalier'].includes(name) ? [] : ['@espalier/core'],
  ]),
];

describe.each(entries)('%s', (name, code, external) => {
  test('is no larger than its limit, and imports nothing of Node', async () => {
    const { bytes, builtIns } = await bundle(code, { external });
    expect(builtIns, 'reach Node by an import whose name is no literal, where it is used').toEqual([]);
    measured[name] = { bytes, limit: Math.ceil((bytes * 1.1) / 100) * 100 };
    if (update) return;
    const limit = recorded[name]?.limit;
    const fix = 'UPDATE_SIZES=1 npx vitest run testing/browser/sizes.test.ts records the sizes as they are';
    if (limit === undefined) throw new Error(`${name} has no limit in testing/browser/sizes.json: ${fix}`);
    if (bytes > limit)
      throw new Error(`${name} has ${bytes} bytes, more than its ${limit}. Make it smaller, or: ${fix}`);
  }, 60_000);
});

test('a module of Node is found, wherever its import stands', async () => {
  const { builtIns } = await bundle(`import 'fs'; export const path = () => import('node:path');`);
  expect(builtIns.map((line) => line.split(' imports ')[1])).toEqual(['fs', 'node:path']);
});

test('the limits are those of packages that there are', () => {
  if (!update) expect(Object.keys(recorded).sort()).toEqual(entries.map(([name]) => name).sort());
});

test('Vite bundles all of espalier without a module of Node', async () => {
  const said: string[] = [];
  const result = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@espalier/source', ...defaultClientConditions] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'all-of-espalier' ? id : undefined),
        load: (id) => (id === 'all-of-espalier' ? `export * from 'espalier';` : undefined),
      },
    ],
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      rollupOptions: {
        input: 'all-of-espalier',
        preserveEntrySignatures: 'strict',
        // TensorFlow.js asks for modules of Node where it runs in Node.
        external: [/^@tensorflow\//, /^onnxruntime-web/, /^vega/],
        onwarn: ({ message }) => said.push(message),
      },
    },
  });
  const chunks = (Array.isArray(result) ? result : [result]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  const code = chunks.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n');
  expect(code).toContain('class Trainer');
  expect(code).not.toContain('__vite-browser-external');
  expect(said.filter((message) => message.includes('externalized'))).toEqual([]);
}, 120_000);

afterAll(() => {
  if (!update) return;
  const sorted = Object.fromEntries(
    entries.flatMap(([name]) => (measured[name] ? [[name, measured[name]]] : [])),
  );
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
});
