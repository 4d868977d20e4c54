import { describe, expect, test } from 'vitest';
import { contractExecutor } from './contract-executor.js';

/** Which exports of a package are under which contract. */
export interface ExportsContract {
  /** Everything that the package exports: `import * as exported from './index.js'`. */
  readonly exported: Readonly<Record<string, unknown>>;
  /** Names of exported factories that a suite of this file runs on. */
  readonly factories: Readonly<Record<string, unknown>> | readonly string[];
  /** Names of exports that make nothing a contract is about: helpers, classes, errors. */
  readonly notFactories?: ReadonlySet<string>;
}

/** Tests that no export is forgotten: each is a factory under contract, or said not to be one. */
export function exportsContract({ exported, factories, notFactories = new Set() }: ExportsContract): void {
  if (contractExecutor()) return;
  const known = Array.isArray(factories) ? (factories as readonly string[]) : Object.keys(factories);
  describe('the exports', () => {
    test('every exported factory is under contract', () => {
      const forgotten = Object.keys(exported).filter(
        (name) => !known.includes(name) && !notFactories.has(name),
      );
      expect(forgotten, 'give these an entry in contract.test.ts, or name them in notFactories').toEqual([]);
    });

    test('the entries name what is exported, each once', () => {
      const gone = [...known, ...notFactories].filter((name) => !(name in exported));
      expect(gone, 'take these entries out of contract.test.ts').toEqual([]);
      expect([...notFactories].filter((name) => known.includes(name))).toEqual([]);
    });
  });
}
