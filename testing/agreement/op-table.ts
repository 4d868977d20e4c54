/*
 * The table of operations and backends in docs/backends.md, measured again:
 *   node --conditions=@espalier/source --import tsx testing/agreement/op-table.ts
 * A column whose backend cannot start here stays as it was.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { useBackend } from '@espalier/core';
import { FURTHER_OPERATIONS, OPERATIONS } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { useSoftwareGpu } from '../support/software-gpu.js';
import { compiledColumn, opColumn, type Column } from './op-column.js';
import { type OpTable, readTable, writeTable } from './op-markdown.js';

async function stock(backend: string, load: () => Promise<unknown>): Promise<Column> {
  await load();
  if (!(await tf.setBackend(backend))) throw new Error(`${backend} did not start`);
  return opColumn();
}

/** Each runs in a process of its own: what one puts right must not show in another. */
const COLUMNS: Readonly<Record<string, () => Promise<Column>>> = {
  'cpu, stock': () => stock('cpu', () => import('@tensorflow/tfjs-backend-cpu')),
  'wasm, stock': () => stock('wasm', () => import('@tensorflow/tfjs-backend-wasm')),
  'backend-wasm': async () => {
    const { wasm } = await import('@espalier/backend-wasm');
    await useBackend(wasm());
    return opColumn();
  },
  'webgpu, stock': async () => {
    useSoftwareGpu();
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = { gpu: create([]), userAgent: '' };
    Object.defineProperty(globalThis, 'navigator', { value: gpu, configurable: true });
    return stock('webgpu', () => import('@tensorflow/tfjs-backend-webgpu'));
  },
  'backend-webgpu': async () => {
    useSoftwareGpu();
    const { webgpu } = await import('@espalier/backend-webgpu');
    await useBackend(webgpu());
    return opColumn();
  },
  'node, stock': async () => {
    const { createRequire } = await import('node:module');
    // By require, which finds it by NODE_PATH too.
    return stock(
      'tensorflow',
      async () => createRequire(import.meta.url)('@tensorflow/tfjs-node') as unknown,
    );
  },
  'backend-node': async () => {
    const { node } = await import('@espalier/backend-node');
    await useBackend(node());
    return opColumn();
  },
  compiled: compiledColumn,
};

const page = fileURLToPath(new URL('../../docs/backends.md', import.meta.url));
const script = fileURLToPath(import.meta.url);

async function measure(name: string): Promise<Column | undefined> {
  const node = ['--conditions=@espalier/source', '--import', 'tsx', script, name];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, node, { maxBuffer: 2 ** 24 });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Column;
  } catch (error) {
    console.error(
      `${name}: ${
        String((error as { stderr?: string }).stderr ?? error)
          .trim()
          .split('\n')
          .find((line) => /Error/.test(line)) ?? error
      }`,
    );
    return undefined;
  }
}

const asked = process.argv[2];
if (asked !== undefined) {
  console.log(JSON.stringify(await COLUMNS[asked]!()));
  process.exit(0);
}
const before = readFileSync(page, 'utf8');
const known = readTable(before);
const table: Record<string, Column> = {};
for (const name of Object.keys(COLUMNS)) {
  const column = (await measure(name)) ?? known[name];
  if (column) table[name] = column;
}
const groups: OpTable['groups'] = {
  'Called by our models, losses, metrics, optimizers and plugins, or usual beside them': OPERATIONS.map(
    ({ name }) => name,
  ),
  'Called by models of your own only': FURTHER_OPERATIONS.map(({ name }) => name),
};
writeFileSync(page, writeTable(before, { groups, columns: table }));
