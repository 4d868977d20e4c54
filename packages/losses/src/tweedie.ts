import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { NOT_NEGATIVE } from './allowed-targets.js';
import { elementwiseLoss } from './elementwise.js';

/** Options of {@link tweedie}. */
export interface TweedieOptions {
  /** The power p of the variance, between 1 (Poisson) and 2 (gamma), both excluded. Default 1.5. */
  readonly power?: number;
}

/**
 * Tweedie deviance: for amounts >= 0 of which many are 0, such as rain or insurance claims; of powers between 1 and 2.
 *
 * ```text
 * loss_n = mean_d 2 (t^(2-p) / ((1-p)(2-p)) - t mu^(1-p) / (1-p) + mu^(2-p) / (2-p)),   mu = exp(z_nd)
 * d loss_n / d z_nd = 2 (mu^(2-p) - t mu^(1-p)) / D
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`; nothing is broadcast.
 * Outputs are logarithms of the expected amount, so that it is never below 0; they must stay below 88 / (2 - p).
 *
 * @param options.power Between 1 and 2. Default 1.5.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for a bad `power`; the loss throws `invalid-data` for shapes that differ and targets
 *   below 0.
 * @example
 * ```ts
 * tweedie({ power: 1.5 }).perExample(tf.tensor2d([[0]]), tf.tensor2d([[1]])); // [0]
 * ```
 * Source: Jorgensen, The theory of dispersion models (1997); the deviance as scikit-learn `mean_tweedie_deviance`.
 */
export function tweedie(options: TweedieOptions = {}): Loss {
  const { values, config } = readOptions('tweedie', options, {
    power: option.number({ min: 1, max: 2, exclusiveMin: true, exclusiveMax: true, default: 1.5 }),
  });
  const { power } = values;
  return elementwiseLoss({
    name: 'tweedie',
    config,
    targetKind: 'values',
    allowed: NOT_NEGATIVE,
    value(output, target) {
      const own = tf.mul(tf.pow(target, 2 - power), 1 / ((1 - power) * (2 - power)));
      const cross = tf.mul(tf.mul(target, tf.exp(tf.mul(output, 1 - power))), 1 / (1 - power));
      const expected = tf.mul(tf.exp(tf.mul(output, 2 - power)), 1 / (2 - power));
      return tf.mul(tf.add(tf.sub(own, cross), expected), 2);
    },
    slope: (output, target) =>
      tf.mul(tf.sub(tf.exp(tf.mul(output, 2 - power)), tf.mul(target, tf.exp(tf.mul(output, 1 - power)))), 2),
  });
}
