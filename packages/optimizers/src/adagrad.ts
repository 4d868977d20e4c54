import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { epsilonRule } from './moment-rules.js';
import { type EpsilonPlace, epsilonPlaceRule, rootOf } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link adagrad}. `learningRate` is 0.01 by default. */
export interface AdagradOptions extends CommonOptions {
  /** What the sum of squares begins with, >= 0. Default 0, as PyTorch; Keras has 0.1. */
  readonly initialAccumulator?: number;
  /** >= 0. Default 1e-10, as PyTorch; Keras has 1e-7. */
  readonly epsilon?: number;
  /** `outside` of the root, as PyTorch (default), or `inside`, as Keras. */
  readonly epsilonPlace?: EpsilonPlace;
}

/**
 * Adagrad: gradients divided by the root of the sum of all their squares so far.
 *
 * ```text
 * s = s + g^2
 * p = p - learningRate * g / (sqrt(s) + epsilon)
 * ```
 *
 * Slot: `sum/<parameter>`. Kernels per parameter: 7. Semantics are `torch.optim.Adagrad`'s, whose `lr_decay` d is the schedule
 * `learningRate / (1 + t * d)`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adagrad({ learningRate: 0.1 });
 * ```
 * @see Duchi et al., Adaptive subgradient methods for online learning and stochastic optimization, 2011.
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const read = readOptions('adagrad', options, {
    ...commonRules({ learningRate: 0.01 }),
    initialAccumulator: option.number({ min: 0, default: 0 }),
    epsilon: epsilonRule(1e-10),
    epsilonPlace: epsilonPlaceRule(),
  });
  const { initialAccumulator, epsilon, epsilonPlace } = read.values;
  const direction = eachParameter({
    name: 'scale-by-sum-of-squares',
    config: read.config,
    slots: { sum: ({ shape }) => tf.fill(shape, initialAccumulator) },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const sum = tf.add(slots['sum']!, tf.square(g));
      const root = rootOf(sum, epsilon, 1, epsilonPlace, (value) => step.constant(value));
      return { update: updateOf(tf.div(g, root)), slots: { sum } };
    },
  });
  return commonOptimizer('adagrad', read, { direction: [direction] });
}
