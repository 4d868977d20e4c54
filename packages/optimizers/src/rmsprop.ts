import type { Optimizer, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { rmsRules, scaleByRms, type ScaleByRmsOptions } from './transforms/scale-by-rms.js';
import { trace } from './transforms/trace.js';

/** Options of {@link rmsprop}. `learningRate` is 0.01 by default. */
export interface RmspropOptions extends CommonOptions, ScaleByRmsOptions {
  /** Share of the last step's direction that is kept, 0 <= momentum <= 1, or its schedule. Default 0. */
  readonly momentum?: number | Schedule;
}

/**
 * RMSprop: gradients divided by their running root mean square, or centered, by their standard deviation.
 *
 * ```text
 * v = rho * v + (1 - rho) * g^2              a = rho * a + (1 - rho) * g   (centered)
 * b = momentum * b + g / (sqrt(v - a^2) + epsilon)
 * p = p - learningRate * b
 * ```
 *
 * Slots: `v`, centered `a`, with momentum `momentum`, each `/<parameter>`; `v` and `a` without their factors (1 - rho). Kernels per
 * parameter: 8; centered adds 6, momentum 3.
 *
 * Semantics and defaults are `torch.optim.RMSprop`'s. Keras and optax add epsilon inside the root (`epsilonPlace: 'inside'`), with
 * rho 0.9 and a rate of 0.001; Keras multiplies with the rate before the momentum, which differs while the rate changes. A variance
 * that rounding takes below 0 counts as 0.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = rmsprop({ learningRate: 0.001, rho: 0.9, momentum: 0.9 });
 * ```
 * @see Tieleman and Hinton, lecture 6.5 of Neural networks for machine learning, 2012; Graves, 2013, section 4.2 (centered).
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const read = readOptions('rmsprop', options, {
    ...commonRules({ learningRate: 0.01 }),
    ...rmsRules(),
    momentum: option.schedule({ min: 0, max: 1, default: 0 }),
  });
  const { rho, epsilon, epsilonPlace, centered, momentum } = read.values;
  return commonOptimizer('rmsprop', read, {
    direction: [
      scaleByRms({ rho, epsilon, epsilonPlace, centered }),
      ...(momentum === 0 ? [] : [trace({ momentum })]),
    ],
  });
}
