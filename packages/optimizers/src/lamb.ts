import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { scaleByAdam } from './transforms/scale-by-adam.js';
import { scaleByTrustRatio } from './transforms/scale-by-trust-ratio.js';

/** Options of {@link lamb}. `learningRate` is 0.001 by default. */
export interface LambOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares, >= 0. Default 1e-6. */
  readonly epsilon?: number;
}

/**
 * LAMB: Adam's direction and the decay, made as long for each parameter as its weights are. For large batches.
 *
 * ```text
 * d = adam's direction + weightDecay * p
 * p = p - learningRate * |p| / |d| * d,   without the ratio where a norm is 0
 * ```
 *
 * Slots as Adam's. Kernels per parameter: 28, half of them on scalars. As `optax.lamb`; Keras's Lamb takes its `weight_decay` off apart
 * from the ratio. A NaN makes its whole parameter NaN.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = lamb({ learningRate: 0.002, weightDecay: 0.01, decayParameters: 'kernels' });
 * ```
 * @see You et al., Large batch optimization for deep learning: training BERT in 76 minutes, 2020, algorithm 2.
 */
export function lamb(options: LambOptions = {}): Optimizer {
  const read = readOptions('lamb', options, {
    ...commonRules({ learningRate: 0.001 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    epsilon: epsilonRule(1e-6),
  });
  const { beta1, beta2, epsilon } = read.values;
  return commonOptimizer('lamb', read, {
    direction: [scaleByAdam({ beta1, beta2, epsilon })],
    afterDecay: [scaleByTrustRatio()],
  });
}
