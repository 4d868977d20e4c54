import type { Plugin, Schedule } from '@espalier/core';
import { readOptions } from '@espalier/core';
import type { PenaltyOptions } from './penalty-plugin.js';
import { penaltyPlugin, penaltyRules, weightRule } from './penalty-plugin.js';

/** Options of {@link l2}. */
export interface L2Options extends PenaltyOptions {
  /** Weight of the penalty >= 0, or its schedule. 0 leaves the run as it is without the plugin, bit for bit. */
  readonly lambda: number | Schedule;
}

/**
 * L2 penalty: `objective = loss + lambda * sum(w^2)`, over all selected parameters.
 *
 * Pulls weights towards 0 in proportion to their size; the gradient is `2 * lambda * w`. With `scaling: 'half'` it is
 * `lambda * w`, the coupled weight decay of PyTorch's optimizers, here for kernels only. `sum` is Keras's
 * `regularizers.L2`. Under an adaptive optimizer the pull is rescaled like any gradient; {@link weightDecay} is not.
 *
 * `scaling` (default `sum`) may also be `per-sample` (`lambda / (2 m) * sum(w^2)`, m examples in the batch) or `norm`
 * (`lambda * sqrt(sum(w^2))` of each parameter, whose gradient at a zero vector is 0). Kernels: per parameter 2 forward
 * and 1 backward, 3 and 3 with `norm`.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = l2({ lambda: 1e-4, scaling: 'half' });
 * ```
 * @see Hoerl and Kennard, Ridge regression: biased estimation for nonorthogonal problems, 1970.
 */
export function l2(options: L2Options): Plugin<never, never> {
  const { values, config } = readOptions('l2', options, { lambda: weightRule, ...penaltyRules('l2') });
  return penaltyPlugin(values, config, { l2: { option: 'lambda', value: values.lambda } });
}
