import type { Optimizer } from '@espalier/core';
import { adamFamily } from './adam-family.js';
import type { AdamOptions } from './adam.js';

/** Options of {@link adamW}. */
export interface AdamWOptions extends Omit<AdamOptions, 'weightDecay'> {
  /** Decoupled decay: each step takes `learningRate * weightDecay * parameter` away. >= 0. Default 0.01. */
  readonly weightDecay?: number;
}

/**
 * Adam with decoupled weight decay: the decay is not scaled by the gradients' running means.
 *
 * ```text
 * p = p - learningRate * (adaptive step of Adam on the bare gradient + weightDecay * p)
 * ```
 *
 * Slots and kernels as `adam`'s. Applies to every parameter, biases too, as `torch.optim.AdamW` does; to choose
 * parameters, use `adam` with the plugin `weightDecay` of `@espalier/regularizers`. PyTorch multiplies by
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
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { weightDecay = 0.01, amsgrad = false } = options;
  return adamFamily('adamw', {
    learningRate,
    beta1,
    beta2,
    epsilon,
    weightDecay,
    amsgrad,
    decay: 'decoupled',
  });
}
