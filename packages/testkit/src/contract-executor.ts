import type { Executor } from '@espalier/core';

const slot = globalThis as { [key]?: Executor };
const key = Symbol.for('espalier.contract-executor');

/**
 * Makes the contract suites that are registered from now on run on `executor` and compare with the eager one.
 *
 * Without it they run eagerly and prove everything that needs one executor only.
 */
export function contractsOn(executor: Executor | undefined): void {
  if (executor) slot[key] = executor;
  else delete slot[key];
}

/** The executor of {@link contractsOn}, if any. */
export function contractExecutor(): Executor | undefined {
  return slot[key];
}
