import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkTargetValues, FINITE, log } from '@espalier/core/internal';
import { checkOneTarget } from './one-target.js';
import { rowLoss } from './row-loss.js';
import { flat } from './flat.js';

/** Options of {@link gaussianNegativeLogLikelihood}. */
export interface GaussianNegativeLogLikelihoodOptions {
  /** Whether the constant log(2 pi) / 2 is added, which changes no gradient. Default false. */
  readonly full?: boolean;
  /** The least variance, in squared units of the target; > 0. Default 1e-6. */
  readonly minVariance?: number;
}

const LOG_TWO_PI = 1.8378770664093453;

const SCOPE = 'gaussian-negative-log-likelihood';

/**
 * Negative log-likelihood of a normal distribution whose mean and variance the model gives: regression that says how sure it is.
 *
 * ```text
 * m, s = y_n0, y_n1      v = max(exp(s), minVariance)
 * loss_n = (log v + (t - m)^2 / v) / 2
 * d loss_n / d m = (m - t) / v      d loss_n / d s = (1 - (t - m)^2 / v) / 2,  0 where exp(s) < minVariance
 * ```
 *
 * Outputs `[N, ..., 2]` are the mean and the logarithm of the variance, targets `[N, ...]` or `[N, ..., 1]`.
 *
 * @param options.full Default false.
 * @param options.minVariance > 0. Default 1e-6.
 * @returns A {@link Loss}: per example `[N]`, nats.
 * @throws EspalierError `invalid-option` for bad options; the loss throws `invalid-data` for shapes that do not fit and targets
 *   that are not finite.
 * @example
 * ```ts
 * gaussianNegativeLogLikelihood().perExample(tf.tensor2d([[1, 0]]), tf.tensor1d([3])); // [2]
 * ```
 * Source: Nix and Weigend (1994); as PyTorch `GaussianNLLLoss`, which takes the variance in place of its logarithm.
 */
export function gaussianNegativeLogLikelihood(options: GaussianNegativeLogLikelihoodOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    full: option.boolean({ default: false }),
    minVariance: option.number({ min: 0, exclusiveMin: true, default: 1e-6 }),
  });
  const least = log(values.minVariance);
  const check = (outputs: readonly (number | null)[], targets: readonly (number | null)[]): void =>
    checkOneTarget(SCOPE, 'mean and logarithm of the variance', 2, outputs, targets);
  const parts = (output: tf.Tensor, target: tf.Tensor) => {
    const [mean, log] = tf.split(output, 2, 1) as [tf.Tensor, tf.Tensor];
    // Not tf.maximum, which drops a NaN on some backends.
    const logVariance = tf.where(
      flat(log, (own) => tf.less(own, least)),
      tf.fill(log.shape, least),
      log,
    );
    return { error: tf.sub(mean, target), log, logVariance, precision: tf.exp(tf.neg(logVariance)) };
  };
  return rowLoss({
    name: 'gaussianNegativeLogLikelihood',
    config,
    targetKind: 'values',
    prepare(outputs, targets) {
      check(outputs.shape, targets.shape);
      return tf.reshape(tf.cast(targets, 'float32'), [-1, 1]);
    },
    value(output, target) {
      const { error, logVariance, precision } = parts(output, target);
      const twice = tf.add(logVariance, tf.mul(tf.square(error), precision));
      const value = tf.mul(tf.reshape(twice, [-1]), 0.5);
      return values.full ? tf.add(value, LOG_TWO_PI / 2) : value;
    },
    slope(output, target) {
      const { error, log, precision } = parts(output, target);
      const free = flat(log, (own) => tf.cast(tf.greaterEqual(own, least), 'float32'));
      const inLog = tf.mul(tf.mul(tf.sub(1, tf.mul(tf.square(error), precision)), 0.5), free);
      return tf.concat([tf.mul(error, precision), inLog], 1);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) check(outputShape, [null, ...targets.shape.slice(1)]);
      checkTargetValues(SCOPE, targets, FINITE);
    },
  });
}
