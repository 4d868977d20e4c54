import type * as tfl from '@tensorflow/tfjs-layers';
import type { Executor, Loss, Metric, Optimizer, Plugin, Schedule } from '@espalier/core';
import { contractsOn } from './contract-executor.js';
import type { ObjectiveProblem } from './objective-problems.js';

interface Part<Make> {
  /** As its suite calls it, e.g. `mlp (plain)`. */
  readonly name: string;
  /** A new one at each call. */
  readonly make: Make;
  /** How much it enlarges rounding differences between executors, where its entry says so. */
  readonly growth?: number | undefined;
}

interface ObjectivePart<Make> extends Part<Make> {
  readonly problems: Readonly<Record<string, ObjectiveProblem>>;
}

/** Everything that is under contract, by kind. */
export interface ContractParts {
  readonly models: readonly Part<(seed: number) => tfl.LayersModel>[];
  readonly losses: readonly ObjectivePart<() => Loss>[];
  readonly metrics: readonly ObjectivePart<() => Metric>[];
  readonly optimizers: readonly Part<(learningRate: number | Schedule) => Optimizer>[];
  readonly plugins: readonly Part<() => Plugin>[];
}

type Collected = { [K in keyof ContractParts]: ContractParts[K][number][] };

const slot = globalThis as { [key]?: Collected };
const key = Symbol.for('espalier.contract-parts');

const nowhere: Executor = {
  name: 'nowhere',
  start: () => Promise.reject(new Error('Parts are being collected; nothing runs.')),
};

/**
 * Calls the suites without testing anything, and gives what they were called with: so that what a package's
 * `contract.test.ts` lists can be combined with what those of others list.
 *
 * @param load Imports the files that call the suites.
 */
export async function collectParts(load: () => Promise<unknown>): Promise<ContractParts> {
  const parts: Collected = { models: [], losses: [], metrics: [], optimizers: [], plugins: [] };
  slot[key] = parts;
  // Suites of other kinds do nothing where an executor is under test.
  contractsOn(nowhere);
  try {
    await load();
    return parts;
  } finally {
    contractsOn(undefined);
    delete slot[key];
  }
}

/** Whether parts are being collected: then `part` is taken, and its suite must test nothing. */
export function collected<K extends keyof ContractParts>(kind: K, part: ContractParts[K][number]): boolean {
  slot[key]?.[kind].push(part as never);
  return slot[key] !== undefined;
}
