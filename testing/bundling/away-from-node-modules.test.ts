import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mustRun, tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';

/*
 * A program that esbuild made one CommonJS file of, TensorFlow.js included, and that runs where nothing is installed.
 */
let folder: string;
let away: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-bundling-'));
  away = await mkdtemp(join(tmpdir(), 'espalier-away-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(
    join(folder, 'program.mjs'),
    `
    import * as tf from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-layers';
    import { useBackend } from '@espalier/core';
    import { wasm } from '@espalier/backend-wasm';
    async function main() {
      const paths = process.argv[2];
      await useBackend(wasm(paths ? { wasmPaths: paths } : {}));
      const gradient = tf.grad((x) => tf.mirrorPad(x, [[1, 1]], 'reflect'))(tf.ones([3]));
      return JSON.stringify([...gradient.dataSync()]);
    }
    main().then((line) => console.log(line), ({ message }) => console.log(message));`,
  );
  await mustRun(tool('esbuild'), [
    join(folder, 'program.mjs'),
    '--bundle',
    '--format=cjs',
    '--platform=node',
    '--conditions=@espalier/source',
    '--log-level=error',
    `--outfile=${join(away, 'program.cjs')}`,
  ]);
});
afterAll(async () => {
  for (const each of [folder, away]) await rm(each, { recursive: true, force: true });
});

const run = async (...args: string[]): Promise<string> =>
  (await mustRun('node', ['program.cjs', ...args], { cwd: away })).trim().split('\n').at(-1)!;

test('is told that the .wasm files are missing, not that a package is', async () => {
  const message = await run();
  expect(message).toContain('copy the .wasm files of its dist/ along');
  expect(message).not.toContain('is not installed');
});

test('trains on wasm with the files beside it, and with the repaired gradients', async () => {
  const wasm = join(away, 'wasm');
  await mkdir(wasm);
  const name = 'tfjs-backend-wasm-simd.wasm';
  await copyFile(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', name), join(wasm, name));
  expect(await run(`${wasm}/`)).toBe('[1,3,1]');
});
