import type { Optimizer, Schedule } from '@espalier/core';

/** What the contract is told of one factory. */
export interface Entry {
  readonly variants: Readonly<Record<string, (learningRate: number | Schedule) => Optimizer>>;
  readonly bad: Readonly<Record<string, () => unknown>>;
  readonly growth?: number;
  readonly nan?: 'element' | 'parameter' | 'all';
}

/**
 * Some gradients of the tests' models are 0 but for rounding, which each executor does in its own way. Optimizers that divide a
 * gradient by its size take an epsilon here that such ones are small against; references prove what they do with smaller ones.
 */
export const epsilon = 1e-3;

/** Of optimizers that move by the rate in either direction, where the sign is one of rounding: 0.02 a step at a rate of 0.01. */
export const SIGN_GROWTH = 6000;

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
