import type { Optimizer, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { scaleBySign } from './transforms/scale-by-sign.js';
import { trace } from './transforms/trace.js';

/** Options of {@link signSgd}. `learningRate` is 0.001 by default. */
export interface SignSgdOptions extends CommonOptions {
  /** Share of the last steps' gradients that is kept, 0 <= momentum <= 1, or its schedule: with it, Signum. Default 0. */
  readonly momentum?: number | Schedule;
}

/**
 * SignSGD, and with momentum Signum: every element moves by the learning rate, against the sign of its gradient or of its momentum.
 *
 * ```text
 * b = momentum * b + g
 * p = p - learningRate * (sign(b) + weightDecay * p)
 * ```
 *
 * Slot: `momentum/<parameter>`, only with momentum. Kernels per parameter: 8, with momentum 10. As `optax.sign_sgd` and
 * `optax.signum`; a NaN gradient gives a NaN here, where a sign would hide it.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = signSgd({ learningRate: 0.001, momentum: 0.9 });
 * ```
 * @see Bernstein et al., signSGD: compressed optimisation for non-convex problems, 2018, algorithms 1 and 2.
 */
export function signSgd(options: SignSgdOptions = {}): Optimizer {
  const read = readOptions('sign-sgd', options, {
    ...commonRules({ learningRate: 0.001 }),
    momentum: option.schedule({ min: 0, max: 1, default: 0 }),
  });
  const { momentum } = read.values;
  const direction = [...(momentum === 0 ? [] : [trace({ momentum })]), scaleBySign()];
  return commonOptimizer('sign-sgd', read, { direction });
}
