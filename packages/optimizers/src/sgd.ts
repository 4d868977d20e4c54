import type { Optimizer, Schedule } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { trace } from './transforms/trace.js';

/** Options of {@link sgd}. `learningRate` is 0.01 by default. */
export interface SgdOptions extends CommonOptions {
  /**
   * Share of the last step's direction that is kept, 0 <= momentum <= 1, or its schedule. Default 0: no momentum and no slots.
   */
  readonly momentum?: number | Schedule;
  /** Looks ahead along the momentum. Needs momentum > 0 and no dampening. Default false. */
  readonly nesterov?: boolean;
  /** Share of each gradient but the first that is kept out of the momentum, 0 <= dampening <= 1. Default 0. */
  readonly dampening?: number;
}

/**
 * Stochastic gradient descent, with momentum and Nesterov's variant.
 *
 * ```text
 * g = gradient + l2 * p
 * b = momentum * b + (1 - dampening) * g      (first step: b = g)
 * d = g + momentum * b with nesterov, b with momentum, g without
 * p = p - learningRate * (d + weightDecay * p)
 * ```
 *
 * Slots: `momentum/<parameter>`, only with momentum. Kernels per parameter: 2, 4 with momentum, 6 with Nesterov; each decay
 * adds 2, dampening 1, `maximize` at most 1.
 *
 * Semantics are `torch.optim.SGD`'s, whose `weight_decay` is `l2` here; default learning rate as Keras. The first step is the
 * run's first, while PyTorch counts each parameter's own: with dampening the two differ for a parameter that is unfrozen later.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true });
 * ```
 * @see Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const read = readOptions('sgd', options, {
    ...commonRules({ learningRate: 0.01 }),
    momentum: option.schedule({ min: 0, max: 1, default: 0 }),
    nesterov: option.boolean({ default: false }),
    dampening: option.number({ min: 0, max: 1, default: 0 }),
  });
  const { momentum, nesterov, dampening } = read.values;
  const check = checkOptions('sgd');
  if (nesterov && momentum === 0) check.fail('momentum', '> 0 with nesterov', momentum);
  if (nesterov && dampening !== 0) check.fail('dampening', '0 with nesterov', dampening);
  const direction = momentum === 0 ? [] : [trace({ momentum, nesterov, dampening })];
  return commonOptimizer('sgd', read, { direction });
}
