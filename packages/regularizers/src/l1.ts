import type { Plugin, Schedule } from '@espalier/core';
import { readOptions } from '@espalier/core';
import type { PenaltyOptions } from './penalty-plugin.js';
import { penaltyPlugin, penaltyRules, weightRule } from './penalty-plugin.js';

/** Options of {@link l1}. */
export interface L1Options extends PenaltyOptions {
  /** Weight of the penalty >= 0, or its schedule. 0 leaves the run as it is without the plugin, bit for bit. */
  readonly lambda: number | Schedule;
}

/**
 * L1 penalty: `objective = loss + lambda * sum(abs(w))`, over all selected parameters.
 *
 * Pulls weights towards 0 by the same amount whatever their size. Its gradient is `lambda * sign(w)`, 0 at 0 as in PyTorch;
 * with it weights become small and cross 0, but are hardly ever exactly 0: for exact zeros take {@link l1Proximal}.
 *
 * `scaling` (default `sum`) may be `half` or `per-sample` (`lambda / (2 m) * sum(abs(w))`, m examples in the batch); `norm`
 * is the same as `sum` here. Kernels: per parameter 2 forward and 2 backward.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = l1({ lambda: 1e-4 });
 * ```
 * @see Tibshirani, Regression shrinkage and selection via the lasso, 1996.
 */
export function l1(options: L1Options): Plugin<never, never> {
  const { values, config } = readOptions('l1', options, { lambda: weightRule, ...penaltyRules('l1') });
  return penaltyPlugin(values, config, { l1: { option: 'lambda', value: values.lambda } });
}
