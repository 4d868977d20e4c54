import * as tf from '@tensorflow/tfjs-core';
import { readOptions } from '@espalier/core';
import { adamRules } from '../moment-rules.js';
import { type EpsilonRoot, momentScalars } from '../moments.js';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/** Options of {@link scaleByAdam}. */
export interface ScaleByAdamOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /**
   * Added to the root of the mean of squares, >= 0. Default 1e-8. At 0, an element whose gradients were all 0 becomes
   * NaN, as in PyTorch.
   */
  readonly epsilon?: number;
  /**
   * Which root epsilon is added to: the `corrected` one of the text, as PyTorch (default), or the `uncorrected` one,
   * `m / (sqrt(v) + epsilon) * sqrt(1 - beta2^t) / (1 - beta1^t)`, as Keras.
   */
  readonly epsilonRoot?: EpsilonRoot;
  /** Divides by the largest mean of squares so far instead of the present one. Default false. */
  readonly amsgrad?: boolean;
}

/**
 * Adam's direction, with its scalar factors folded: 8 kernels per parameter where the textbook's form takes 12.
 *
 * With t = 1, 2, ... the textbook has, each corrected by its beta,
 *
 * ```text
 * m = beta1 * m + (1 - beta1) * g            v = beta2 * v + (1 - beta2) * g^2
 * update = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * ```
 *
 * The slots here leave out the factors (1 - beta): M = m / (1 - beta1) and V = v / (1 - beta2). Multiplying numerator
 * and denominator by r = sqrt((1 - beta2^t) / (1 - beta2)) gives the same update without touching M and V again:
 *
 * ```text
 * M = beta1 * M + g                          V = beta2 * V + g^2
 * update = stepScale * M / (sqrt(V) + r * epsilon),   stepScale = r * (1 - beta1) / (1 - beta1^t)
 * ```
 *
 * r * epsilon and stepScale are numbers, computed in float64 outside the step; stepScale is multiplied with the learning rate first.
 *
 * Slots: `m/<parameter>`, `v/<parameter>`, without their factors (1 - beta); with `amsgrad` also `vMax/<parameter>`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = toOptimizer(chain(scaleByAdam({ beta2: 0.99 }), scaleByLearningRate(0.001)), { name: 'mine' });
 * ```
 * @see Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1; Reddi et al., On the convergence of
 * Adam and beyond, 2018, algorithm 2 (amsgrad, here with bias correction as in PyTorch).
 */
export function scaleByAdam(options: ScaleByAdamOptions = {}): GradientTransform {
  const { values, config } = readOptions('scale-by-adam', options, adamRules());
  const { beta1, beta2, epsilon, epsilonRoot, amsgrad } = values;
  return eachParameter({
    name: 'scale-by-adam',
    config,
    scalars: momentScalars(beta1, beta2, epsilon, epsilonRoot),
    slots: { m: tf.zerosLike, v: tf.zerosLike, ...(amsgrad && { vMax: tf.zerosLike }) },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const m = tf.add(tf.mul(slots['m']!, step.constant(beta1)), g);
      const v = tf.add(tf.mul(slots['v']!, step.constant(beta2)), tf.square(g));
      const vMax = amsgrad ? tf.maximum(slots['vMax']!, v) : undefined;
      const direction = tf.div(m, tf.add(tf.sqrt(vMax ?? v), step.scalar('scaledEpsilon')));
      return {
        update: updateOf(direction, step.scalar('stepScale')),
        slots: vMax ? { m, v, vMax } : { m, v },
      };
    },
  });
}
