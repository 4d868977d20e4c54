import type { Optimizer, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { scaleByTrustRatio } from './transforms/scale-by-trust-ratio.js';
import { trace } from './transforms/trace.js';

/** Options of {@link lars}. `learningRate` is 0.1 by default. */
export interface LarsOptions extends CommonOptions {
  /** Step length as a share of the parameter's norm, > 0. Default 0.001. */
  readonly trustCoefficient?: number;
  /** Share of the last step that is kept, 0 <= momentum <= 1, or its schedule. Default 0.9. */
  readonly momentum?: number | Schedule;
  /** Looks ahead along the momentum. Default false. */
  readonly nesterov?: boolean;
}

/**
 * LARS: descent with momentum, each parameter's step made as long as its weights are. For large batches.
 *
 * ```text
 * d = g + l2 * p
 * b = momentum * b + learningRate * trustCoefficient * |p| / |d| * d,   without the ratio where a norm is 0
 * p = p - b
 * ```
 *
 * Slot: `momentum/<parameter>`. Kernels per parameter: 21, most of them on scalars. As `optax.lars`, whose `weight_decay` is `l2` here. A
 * NaN makes its whole parameter NaN.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = lars({ learningRate: 1, l2: 1e-4, decayParameters: 'kernels' });
 * ```
 * @see You et al., Large batch training of convolutional networks, 2017, algorithm 1.
 */
export function lars(options: LarsOptions = {}): Optimizer {
  const read = readOptions('lars', options, {
    ...commonRules({ learningRate: 0.1 }),
    trustCoefficient: option.number({ min: 0, exclusiveMin: true, default: 0.001 }),
    momentum: option.schedule({ min: 0, max: 1, default: 0.9 }),
    nesterov: option.boolean({ default: false }),
  });
  const { trustCoefficient, momentum, nesterov } = read.values;
  return commonOptimizer('lars', read, {
    direction: [scaleByTrustRatio({ trustCoefficient })],
    afterRate: momentum === 0 ? [] : [trace({ momentum, nesterov })],
  });
}
