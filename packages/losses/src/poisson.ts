import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { NOT_NEGATIVE } from './allowed-targets.js';
import { elementwiseLoss } from './elementwise.js';

/** Options of {@link poisson}. */
export interface PoissonOptions {
  /** What the model gives: `log-rate`, the logarithm of the expected count, or the `rate` itself. Default `log-rate`. */
  readonly from?: 'log-rate' | 'rate';
  /** Whether Stirling's approximation of log(t!) is added for t > 1, which changes no gradient. Default false. */
  readonly full?: boolean;
}

/**
 * Poisson loss: negative log-likelihood of counts.
 *
 * ```text
 * loss_n = mean_d exp(z) - t z              d loss_n / d z_nd = (exp(z) - t) / D          from log-rate z
 * loss_n = mean_d y - t log(y + 1e-8)       d loss_n / d y_nd = (1 - t / (y + 1e-8)) / D  from rate y
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`; nothing is broadcast.
 * A log-rate above 88 is more than float32 holds: the loss is then infinite. A rate must not be below 0.
 *
 * @param options.from Default `log-rate`.
 * @param options.full Default false.
 * @returns A {@link Loss}: per example `[N]`, nats.
 * @throws EspalierError `invalid-option` for bad options; the loss throws `invalid-data` for shapes that differ and targets
 *   below 0.
 * @example
 * ```ts
 * poisson().perExample(tf.tensor2d([[0]]), tf.tensor2d([[3]])); // [1]
 * ```
 * Source: as PyTorch `PoissonNLLLoss`; Keras `Poisson` is `from: 'rate'` with an epsilon of 1e-7.
 */
export function poisson(options: PoissonOptions = {}): Loss {
  const { values, config } = readOptions('poisson', options, {
    from: option.oneOf(['log-rate', 'rate'], { default: 'log-rate' }),
    full: option.boolean({ default: false }),
  });
  const { full } = values;
  const logarithmic = values.from === 'log-rate';
  return elementwiseLoss({
    name: 'poisson',
    config,
    targetKind: 'values',
    allowed: NOT_NEGATIVE,
    value(output, target) {
      const each = logarithmic
        ? tf.sub(tf.exp(output), tf.mul(target, output))
        : tf.sub(output, tf.mul(target, tf.log(tf.add(output, SMALLEST))));
      return full ? tf.add(each, stirling(target)) : each;
    },
    slope: (output, target) =>
      logarithmic ? tf.sub(tf.exp(output), target) : tf.sub(1, tf.div(target, tf.add(output, SMALLEST))),
  });
}

/** PyTorch's addend inside the logarithm. */
const SMALLEST = 1e-8;

const LOG_TWO_PI = 1.8378770664093453;

/** t log t - t + log(2 pi t) / 2 for t > 1, else 0. */
function stirling(target: tf.Tensor): tf.Tensor {
  const t = tf.maximum(target, 1);
  const log = tf.log(t);
  const value = tf.add(tf.sub(tf.mul(t, log), t), tf.mul(tf.add(log, LOG_TWO_PI), 0.5));
  return tf.where(tf.greater(target, 1), value, tf.zerosLike(value));
}
