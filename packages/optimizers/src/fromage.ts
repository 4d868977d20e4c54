import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonRules } from './common-options.js';
import { chain } from './transforms/chain.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';
import { scale } from './transforms/scale.js';
import { toOptimizer } from './transforms/to-optimizer.js';

/** Options of {@link fromage}. `learningRate` is 0.01 by default. */
export interface FromageOptions extends Pick<CommonOptions, 'learningRate' | 'maximize'> {
  /** Norms of parameters and gradients count as at least this, > 0. Default 1e-6. */
  readonly minNorm?: number;
}

/**
 * Fromage: each parameter moves by a share of its norm, and shrinks by as much as keeps the norm from growing.
 *
 * ```text
 * p = (p - learningRate * max(|p|, minNorm) / max(|g|, minNorm) * g) / sqrt(1 + learningRate^2)
 * ```
 *
 * No slots. Kernels per parameter: 12. As `optax.fromage`. A NaN makes the parameter NaN.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = fromage({ learningRate: 0.01 });
 * ```
 * @see Bernstein et al., On the distance between two neural networks and the stability of learning, 2020, algorithm 1.
 */
export function fromage(options: FromageOptions = {}): Optimizer {
  const { learningRate, maximize } = commonRules({ learningRate: 0.01 });
  const read = readOptions('fromage', options, {
    learningRate,
    maximize,
    minNorm: option.number({ min: 0, exclusiveMin: true, default: 1e-6 }),
  });
  const { minNorm } = read.values;
  const move = eachParameter({
    name: 'move-by-norm',
    config: read.config,
    learningRate: read.values.learningRate,
    rule(update, { parameter, step }) {
      const g = valueOf(update, step);
      const bound = step.constant(minNorm);
      const norm = (x: tf.Tensor): tf.Tensor => {
        const own = tf.sqrt(tf.sum(tf.square(x)));
        // Not a maximum: of a NaN and a number it is the number on some backends.
        return tf.where(tf.less(own, bound), bound, own);
      };
      const rate = step.scalar('learningRate');
      const one = step.constant(1);
      const square = tf.square(rate);
      const growth = tf.sqrt(tf.add(square, one));
      const moved = tf.mul(g, tf.div(tf.mul(rate, norm(parameter)), tf.mul(norm(g), growth)));
      // 1 - 1 / growth, whose digits would cancel.
      const shrunk = tf.mul(parameter, tf.div(square, tf.mul(growth, tf.add(growth, one))));
      return { update: updateOf(tf.add(moved, shrunk)) };
    },
  });
  const transforms = read.values.maximize ? [scale(-1), move] : [move];
  return toOptimizer(chain(...transforms), { name: 'fromage', config: read.config });
}
