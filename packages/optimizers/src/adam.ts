import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { adamRules } from './moment-rules.js';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { scaleByAdam, type ScaleByAdamOptions } from './transforms/scale-by-adam.js';

/** Options of {@link adam}. `learningRate` is 0.001 by default. */
export interface AdamOptions extends CommonOptions, ScaleByAdamOptions {}

/**
 * Adam: steps scaled by running means of each element's gradient and squared gradient.
 *
 * ```text
 * g = gradient + l2 * p
 * m = beta1 * m + (1 - beta1) * g            v = beta2 * v + (1 - beta2) * g^2
 * p = p - learningRate * ((m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay * p),   t = 1, 2, ...
 * ```
 *
 * Slots: `m/<parameter>` and `v/<parameter>`, kept without their factors (1 - beta): multiply by those to have the means;
 * with `amsgrad` also `vMax/<parameter>`. Kernels per parameter: 10; each decay adds 2, `amsgrad` and `maximize` 1 each.
 *
 * Semantics are `torch.optim.Adam`'s, epsilon outside the root, whose `weight_decay` is `l2` here; Keras adds its epsilon of 1e-7 to
 * the uncorrected root (`epsilonRoot`), and its `weight_decay` is `weightDecay`. t counts the run's steps, while PyTorch counts each parameter's own: the two
 * differ for a parameter that is unfrozen later.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adam({ learningRate: 0.001, l2: 1e-4 });
 * ```
 * @see Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1; Reddi et al., On the convergence of
 * Adam and beyond, 2018, algorithm 2 (amsgrad, here with bias correction as in PyTorch).
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const read = readOptions('adam', options, { ...commonRules({ learningRate: 0.001 }), ...adamRules() });
  const { beta1, beta2, epsilon, epsilonRoot, amsgrad } = read.values;
  return commonOptimizer('adam', read, {
    direction: [scaleByAdam({ beta1, beta2, epsilon, epsilonRoot, amsgrad })],
  });
}
