import type { Optimizer, Schedule } from '@espalier/core';

/** What the contract is told of one factory. */
export interface Entry {
  readonly variants: Readonly<Record<string, (learningRate: number | Schedule) => Optimizer>>;
  readonly bad: Readonly<Record<string, () => unknown>>;
  readonly growth?: number;
  readonly nan?: 'element' | 'parameter' | 'all';
}

/** Calls that Adam and its relatives refuse. */
export const adamBad = (make: (options: Record<string, unknown>) => unknown, only?: string[]): Entry['bad'] =>
  Object.fromEntries(
    Object.entries({
      'beta1 = 1': () => make({ beta1: 1 }),
      'beta2 < 0': () => make({ beta2: -0.1 }),
      'epsilon NaN': () => make({ epsilon: NaN }),
      'weightDecay < 0': () => make({ weightDecay: -1 }),
      'amsgrad no boolean': () => make({ amsgrad: 1 }),
      'l2 < 0': () => make({ l2: -1 }),
      unknown: () => make({ learningrate: 1 }),
    }).filter(([what]) => !only || only.includes(what)),
  );
