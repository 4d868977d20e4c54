import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { adamRules } from './moment-rules.js';
import type { AdamOptions } from './adam.js';
import { commonOptimizer, commonRules } from './common-options.js';
import { scaleByAdam } from './transforms/scale-by-adam.js';

/** Options of {@link adamW}: those of `adam`, with `weightDecay` 0.01 by default. */
export type AdamWOptions = AdamOptions;

/**
 * Adam with decoupled weight decay: the decay is not scaled by the gradients' running means.
 *
 * ```text
 * p = p - learningRate * (adaptive step of Adam on the bare gradient + weightDecay * p)
 * ```
 *
 * `adam` with `weightDecay`, under the name that it is known by. Slots and kernels as `adam`'s. Applies to every parameter,
 * biases too, as `torch.optim.AdamW` does; `decayParameters: 'kernels'` leaves biases out. PyTorch multiplies by
 * `1 - learningRate * weightDecay`, which float32 rounds coarsely when the product is small; here the decay is added to
 * the step instead, the same in exact arithmetic.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adamW({ learningRate: 0.001, weightDecay: 0.05 });
 * ```
 * @see Loshchilov and Hutter, Decoupled weight decay regularization, 2019, algorithm 2.
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const read = readOptions('adamw', options, {
    ...commonRules({ learningRate: 0.001, weightDecay: 0.01 }),
    ...adamRules(),
  });
  const { beta1, beta2, epsilon, epsilonRoot, amsgrad } = read.values;
  return commonOptimizer('adamw', read, {
    direction: [scaleByAdam({ beta1, beta2, epsilon, epsilonRoot, amsgrad })],
  });
}
