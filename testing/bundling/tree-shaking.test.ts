import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mustRun, tool } from '../support/run-command.js';
import { packages, root } from '../support/workspaces.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-bundling-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bundles a program with esbuild, which believes what packages say about side effects, and runs it. */
async function bundleAndRun(program: string): Promise<unknown> {
  const [source, bundle] = [join(folder, 'program.mjs'), join(folder, 'bundle.mjs')];
  await writeFile(source, program);
  await mustRun(tool('esbuild'), [
    source,
    '--bundle',
    '--format=esm',
    '--platform=node',
    '--conditions=@espalier/source',
    '--external:@tensorflow/*',
    `--outfile=${bundle}`,
  ]);
  const stdout = await mustRun('node', [bundle]);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as unknown;
}

const measure = `
  const gradient = tf.grad((x) => tf.mirrorPad(x, [[1, 1]], 'reflect'))(tf.ones([3]));
  console.log(JSON.stringify([...gradient.dataSync()]));
`;

test.each([
  ['compose()', "import { compose } from '@espalier/core'; compose([]);"],
  [
    'useBackend()',
    `import { useBackend } from '@espalier/core';
    const cpu = { name: 'cpu', isAvailable: async () => ({ available: true }), activate: () => tf.setBackend('cpu') };
    await useBackend(cpu);`,
  ],
  ['wasm()', "import { wasm } from '@espalier/backend-wasm'; await wasm().activate();"],
])('a bundled program that starts with %s has the repaired gradients', async (_, start) => {
  const program = `
    import * as tf from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-backend-cpu';
    import '@tensorflow/tfjs-layers';
    ${start}
    ${measure}`;
  expect(await bundleAndRun(program)).toEqual([1, 3, 1]);
});

test('importing a package registers and changes nothing of TensorFlow.js', async () => {
  const names = packages()
    .filter(({ manifest }) => !manifest.private)
    .map(({ manifest }) => manifest.name);
  expect(names.length).toBeGreaterThan(12);
  const program = `
    import * as tf from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-layers';
    import '@tensorflow/tfjs-backend-cpu';
    import '@tensorflow/tfjs-backend-wasm';
    const all = (object) => Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)]);
    const parts = () => ({
      kernels: ['cpu', 'wasm', 'webgpu', 'tensorflow'].flatMap((name) => [...tf.getKernelsForBackend(name)]),
      gradients: Object.values(tf).filter((value) => typeof value === 'string').map((name) => tf.getGradient(name)),
      backends: Object.keys(tf.engine().registryFactory),
      engine: all(tf.engine()).map(([key, { value }]) => [key, value]).filter(([, value]) => typeof value === 'function'),
      tensors: all(tf.Tensor.prototype).map(([key, { value, get }]) => [key, value ?? get]),
      variables: all(tf.Variable.prototype).map(([key, { value, get }]) => [key, value ?? get]),
    });
    const same = (a, b) => a === b || (Array.isArray(a) && a.length === b.length && a.every((one, i) => same(one, b[i])));
    const before = parts();
    const changed = [];
    for (const name of ${JSON.stringify(names)}) {
      await import(name);
      const after = parts();
      for (const part of Object.keys(before)) if (!same(before[part], after[part])) changed.push(name + ': ' + part);
    }
    console.log(JSON.stringify({ changed, gradients: before.gradients.filter(Boolean).length > 50 }));`;
  const stdout = await mustRun('node', [
    '--conditions=@espalier/source',
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    program,
  ]);
  expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({ changed: [], gradients: true });
});
