import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contractsOn } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { compiled } from './index.js';

/*
 * Runs the contracts of every package again, on the compiled executor: what a package exports is compiled, compared with the
 * eager executor and resumed there without anybody listing it here.
 */
contractsOn(compiled({ target: 'onnx' }));
const packages = join(import.meta.dirname, '../..');
const contracts = readdirSync(packages)
  .filter((name) => name !== 'espalier')
  .map((name) => ({ name, file: join(packages, name, 'src/contract.test.ts') }))
  .filter(({ file }) => existsSync(file));
for (const { file } of contracts) await import(/* @vite-ignore */ file);

test('the contracts of every kind of part are among them', () => {
  const kinds = ['optimizers', 'regularizers', 'callbacks', 'losses', 'metrics', 'models'];
  expect(contracts.map(({ name }) => name)).toEqual(expect.arrayContaining(kinds));
});
