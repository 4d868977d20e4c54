import type { Optimizer, Schedule } from '@espalier/core';
import { adamFamily } from './adam-family.js';

/** Options of {@link adam}. */
export interface AdamOptions {
  /** Learning rate >= 0, or its schedule. Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /**
   * Added to the root of the mean of squares, >= 0. Default 1e-8. At 0, an element whose gradients were all 0 becomes
   * NaN, as in PyTorch.
   */
  readonly epsilon?: number;
  /** Coupled L2: adds `weightDecay * parameter` to the gradient of every parameter. >= 0. Default 0. */
  readonly weightDecay?: number;
  /** Divides by the largest mean of squares so far instead of the present one. Default false. */
  readonly amsgrad?: boolean;
}

/**
 * Adam: steps scaled by running means of each element's gradient and squared gradient.
 *
 * ```text
 * g = gradient + weightDecay * p
 * m = beta1 * m + (1 - beta1) * g            v = beta2 * v + (1 - beta2) * g^2
 * p = p - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon),   t = 1, 2, ...
 * ```
 *
 * Slots: `m/<parameter>` and `v/<parameter>`, kept without their factors (1 - beta): multiply by those to have the means;
 * with `amsgrad` also `vMax/<parameter>`. Kernels per parameter: 10, weight decay adds 2, `amsgrad` 1.
 *
 * Semantics are `torch.optim.Adam`'s, epsilon outside the root; Keras's default epsilon is 1e-7. t counts the run's
 * steps, while PyTorch counts each parameter's own: the two differ for a parameter that is unfrozen later.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adam({ learningRate: 0.001, weightDecay: 1e-4 });
 * ```
 * @see Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1; Reddi et al., On the convergence of
 * Adam and beyond, 2018, algorithm 2 (amsgrad, here with bias correction as in PyTorch).
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { weightDecay = 0, amsgrad = false } = options;
  return adamFamily('adam', { learningRate, beta1, beta2, epsilon, weightDecay, amsgrad, decay: 'coupled' });
}
