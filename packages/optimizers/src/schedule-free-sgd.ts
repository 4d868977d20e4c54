import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { averageSteps, type ScheduleFreeOptions, scheduleFreeRules } from './schedule-free.js';

/** Options of {@link scheduleFreeSgd}. `learningRate` is 1 by default. */
export interface ScheduleFreeSgdOptions extends CommonOptions, ScheduleFreeOptions {
  /** How near to the average gradients are taken, 0 < momentum < 1. Default 0.9. */
  readonly momentum?: number;
}

/**
 * Schedule-free SGD: descent whose steps are averaged while it trains, so that no schedule is needed but a warm-up.
 *
 * ```text
 * z = z - learningRate * (g + weightDecay * y)
 * x = (1 - c) * x + c * z                    y = momentum * x + (1 - momentum) * z
 * ```
 *
 * c is the step's weight in the average of all; the model trains with y. Evaluate and keep x: {@link scheduleFreeWeights}. Slots:
 * `z/<parameter>`, and the scalars `largestRate/<parameter>` and `weights/<parameter>`. Kernels per parameter: 16, half of them on scalars.
 * As `SGDScheduleFree` of the authors' package, whose `weight_decay` is `weightDecay` (or `l2`: the same here).
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = scheduleFreeSgd({ learningRate: warmup(1, 100) });
 * ```
 * @see Defazio et al., The road less scheduled, 2024.
 */
export function scheduleFreeSgd(options: ScheduleFreeSgdOptions = {}): Optimizer {
  const read = readOptions('schedule-free-sgd', options, {
    ...commonRules({ learningRate: 1 }),
    ...scheduleFreeRules(),
    momentum: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.9 }),
  });
  const { momentum: interpolation, weightPower, ratePower } = read.values;
  return commonOptimizer('schedule-free-sgd', read, {
    afterRate: [averageSteps(read.config, { interpolation, weightPower, ratePower })],
  });
}
