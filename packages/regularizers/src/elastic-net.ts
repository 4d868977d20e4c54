import type { Plugin, Schedule } from '@espalier/core';
import { readOptions } from '@espalier/core';
import type { PenaltyOptions } from './penalty-plugin.js';
import { penaltyPlugin, penaltyRules, weightRule } from './penalty-plugin.js';

/** Options of {@link elasticNet}. */
export interface ElasticNetOptions extends PenaltyOptions {
  /** Weight of the L1 term >= 0, or its schedule. */
  readonly l1: number | Schedule;
  /** Weight of the L2 term >= 0, or its schedule. */
  readonly l2: number | Schedule;
}

/**
 * Elastic net: L1 and L2 together, `objective = loss + l1 * sum(abs(w)) + l2 * sum(w^2)`.
 *
 * As Keras's `regularizers.L1L2` with `scaling: 'sum'`, the default; `scaling` applies to both terms, see {@link Scaling}.
 * A term whose weight is 0 costs nothing. Kernels: per parameter 4 forward and 4 backward.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = elasticNet({ l1: 1e-5, l2: 1e-4 });
 * ```
 * @see Zou and Hastie, Regularization and variable selection via the elastic net, 2005 (naive form, equation 3).
 */
export function elasticNet(options: ElasticNetOptions): Plugin<never, never> {
  const { values, config } = readOptions('elastic-net', options, {
    l1: weightRule,
    l2: weightRule,
    ...penaltyRules('elastic-net'),
  });
  const terms = { l1: { option: 'l1', value: values.l1 }, l2: { option: 'l2', value: values.l2 } };
  return penaltyPlugin(values, config, terms);
}
