import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contractsOn } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { compiled, type CompiledOptions } from '../src/index.js';

/** Packages whose contracts run in files of their own, so that they take turns with the others. */
const OBJECTIVES = ['losses', 'metrics'];

/**
 * Runs the contracts of every package again, on steps that are compiled: what a package exports is compiled, compared with the eager
 * executor and resumed there without anybody listing it here.
 *
 * @param of The contracts of losses and metrics, or those of all other packages.
 */
export async function everyContract(
  target: NonNullable<CompiledOptions['target']>,
  of: 'objectives' | 'everything else',
): Promise<void> {
  contractsOn(compiled({ target }));
  const packages = join(import.meta.dirname, '../..');
  const contracts = readdirSync(packages)
    .filter((name) => name !== 'espalier' && OBJECTIVES.includes(name) === (of === 'objectives'))
    .map((name) => ({ name, file: join(packages, name, 'src/contract.test.ts') }))
    .filter(({ file }) => existsSync(file));
  for (const { file } of contracts) await import(/* @vite-ignore */ file);

  test('the contracts of every kind of part are among them', () => {
    const kinds = of === 'objectives' ? OBJECTIVES : ['optimizers', 'regularizers', 'callbacks', 'models'];
    expect(contracts.map(({ name }) => name)).toEqual(expect.arrayContaining(kinds));
  });
}
