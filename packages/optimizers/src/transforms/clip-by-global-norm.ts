import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import type { GradientTransform, Updates } from './gradient-transform.js';
import { scaleUpdate, valueOf } from './gradient-transform.js';

/**
 * Scales all updates by one factor, so that the L2 norm of all of them together is at most `maxNorm`:
 * `min(1, maxNorm / (norm + 1e-6))`, as PyTorch's `clip_grad_norm_`.
 *
 * A NaN anywhere makes every update NaN. Kernels per parameter: 2, and a few scalar ones; the factor itself is multiplied with
 * the learning rate where nothing stands between.
 *
 * @param maxNorm Greater than 0.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const transform = chain(clipByGlobalNorm(1), scaleByAdam(), scaleByLearningRate(0.001));
 * ```
 * @see Pascanu et al., On the difficulty of training recurrent neural networks, 2013; `optax.clip_by_global_norm`, which adds
 * nothing to the norm.
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransform {
  const { config } = readOptions(
    'clip-by-global-norm',
    { maxNorm },
    { maxNorm: option.number({ min: 0, exclusiveMin: true }) },
  );
  return {
    name: 'clip-by-global-norm',
    config,
    slotNames: [],
    perParameter: false,
    init: () => ({}),
    update(updates, _slots, _parameters, step) {
      const values = Object.entries(updates).map(([name, update]) => [name, valueOf(update, step)] as const);
      if (values.length === 0) return { updates, slots: {} };
      const squares = values.map(([, value]) => tf.sum(tf.square(value)));
      const norm = tf.sqrt(squares.length === 1 ? squares[0]! : tf.addN(squares));
      const share = tf.div(maxNorm, tf.add(norm, 1e-6));
      // A comparison with NaN is false on every backend; a minimum with NaN is not NaN on all.
      const factor = tf.where(tf.greaterEqual(share, 1), tf.onesLike(share), share);
      const next: Record<string, Updates[string]> = {};
      for (const [name, tensor] of values) next[name] = scaleUpdate([{ tensor }], factor as tf.Scalar);
      return { updates: next, slots: {} };
    },
  };
}
